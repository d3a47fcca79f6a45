import type { TielineError } from '../../../kit/errors.ts';
import type { Principal } from '../actors.ts';
import { html, type Markup } from './markup.ts';
import { errorBox, field } from './page.ts';

const newPassword = (label: string): Markup =>
  field({
    name: 'password',
    label,
    type: 'password',
    autocomplete: 'new-password',
    note: '12 characters or more. A few words that nobody else would put together are best.',
  });

/** The sign-in form, the button of OpenID Connect, or both. */
export function signInPage(options: {
  error?: TielineError;
  /** Absent: no passwords. */
  local?: { email: string };
  oidcLabel?: string;
}): Markup {
  const { error, local, oidcLabel } = options;
  const oidc =
    oidcLabel === undefined
      ? undefined
      : html`<section><a class="button" href="/sign-in/oidc">Sign in with ${oidcLabel}</a></section>`;
  const form =
    local === undefined
      ? undefined
      : html`<section><form method="post" action="/sign-in">
${field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', value: local.email, autofocus: oidcLabel === undefined })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' })}
<button class="${oidcLabel === undefined ? '' : 'plain'}">Sign in</button>
</form></section>
<p class="quiet">No password yet, or forgotten? An administrator can make a link for you.</p>`;
  const none = oidc === undefined && form === undefined;
  return html`${errorBox(error)}${oidc}${form}${
    none ? html`<p>Nobody can sign in here: passwords are switched off, and no issuer is set.</p>` : undefined
  }`;
}

/** The first start: whoever has the printed token becomes the first administrator. */
export function firstUserPage(options: {
  error?: TielineError;
  given: { name: string; email: string };
}): Markup {
  const { error, given } = options;
  return html`${errorBox(error)}<section>
<p>This hub has no user yet. Make the first one, who administers everything, with the API token that the hub printed at its first start.</p>
<form method="post" action="/sign-in/first">
${field({ name: 'token', label: 'API token', type: 'password', autocomplete: 'off', note: 'It begins with tieline_at_.', autofocus: true })}
${field({ name: 'name', label: 'Your name', type: 'text', autocomplete: 'name', value: given.name })}
${field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', value: given.email })}
${newPassword('New password')}
<button>Make the first user</button>
</form></section>`;
}

/** Where an invitation leads. */
export function invitationPage(options: {
  error?: TielineError;
  path: string;
  user: { name: string; email: string };
}): Markup {
  const { error, path, user } = options;
  return html`${errorBox(error)}<section>
<p>Hello ${user.name}. Choose the password with which you sign in as <strong>${user.email}</strong>. The link works once.</p>
<form method="post" action="${path}">
<input type="hidden" name="username" autocomplete="username" value="${user.email}">
${newPassword('New password')}
<button>Set the password and sign in</button>
</form></section>`;
}

/** Changing one's own password. */
export function passwordPage(options: { error?: TielineError; csrfToken: string; email: string }): Markup {
  const { error, csrfToken, email } = options;
  return html`${errorBox(error)}<section>
<p>Your other browsers are signed out when it is changed.</p>
<form method="post" action="/password">
<input type="hidden" name="csrf" value="${csrfToken}">
<input type="hidden" name="username" autocomplete="username" value="${email}">
${field({ name: 'current', label: 'Current password', type: 'password', autocomplete: 'current-password', autofocus: true })}
${newPassword('New password')}
<button>Change the password</button>
</form></section>
<p><a href="/">Back</a></p>`;
}

/** Who is signed in, and the ways out. */
export function homePage(options: {
  actor: Principal;
  email: string;
  method: 'password' | 'oidc';
  oidcLabel: string | undefined;
  csrfToken: string;
}): Markup {
  const { actor, email, method, oidcLabel, csrfToken } = options;
  const roles = actor.grants.map(({ scope, role }) => html`<div>${role} in ${scope}</div>`);
  const none = html`none yet: an administrator gives them`;
  const how = method === 'password' ? 'by password' : `with ${oidcLabel ?? 'OpenID Connect'}`;
  const signOut = (words: string, everywhere: string) => html`<form method="post" action="/sign-out">
<input type="hidden" name="csrf" value="${csrfToken}">
<input type="hidden" name="everywhere" value="${everywhere}">
<button class="plain">${words}</button>
</form>`;
  return html`<section>
<dl>
<dt>Signed in as</dt><dd>${email}</dd>
<dt>How</dt><dd>${how}</dd>
<dt>Roles</dt><dd>${roles.length === 0 ? none : roles}</dd>
</dl>
</section>
<section>
<h2>From here</h2>
<p><a href="/docs/">The API and its description</a></p>
${method === 'password' ? html`<p><a href="/password">Change your password</a></p>` : undefined}
</section>
${signOut('Sign out', 'no')}
${signOut('Sign out everywhere', 'yes')}`;
}

/** A page for what cannot be shown. */
export const errorPage = (error: TielineError): Markup =>
  html`${errorBox(error)}<p><a href="/">Go on</a></p>`;
