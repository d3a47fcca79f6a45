import type { Secret } from '../../../kit/secret.ts';

/** How people sign in to a hub. */
export interface SignInSettings {
  /** The hub's address as browsers see it, without a path or a slash at its end. */
  publicUrl?: string;
  /** Whether users may have passwords. */
  local: boolean;
  /** How much work a password's hash is; what OWASP advises when absent. */
  passwordCost?: PasswordCost;
  /** Absent: no OpenID Connect. */
  oidc?: OidcSettings;
}

/** The parameters of scrypt, RFC 7914 §2. */
export interface PasswordCost {
  N: number;
  r: number;
  p: number;
}

/** The issuer and what is expected of it. */
export interface OidcSettings {
  issuer: string;
  clientId: string;
  /**
   * For HTTP Basic at the token endpoint; form-encoded already, as RFC 6749 §2.3.1 has it. Absent for a public client.
   */
  clientSecret?: Secret;
  /** What the button says behind "Sign in with". */
  label: string;
  scopes: string;
  groupsClaim: string;
  /** What becomes of somebody whom the issuer knows and the hub does not: made without a role, or refused. */
  unknownUsers: 'create' | 'refuse';
  /** CIDR ranges that the deny list would refuse but the issuer may have. */
  allowAddresses: string[];
}
