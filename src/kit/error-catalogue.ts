/** One kind of error: what `docs/errors.md` prints, and what the API and the ledger do with it. */
export interface CatalogueEntry {
  /** The HTTP status of our own API's answer. */
  status: number;
  /** What happened, as a short title. */
  title: string;
  /** What to check or do. */
  check: string;
  /** Whether trying again may help. */
  retry: 'never' | 'soon';
}

const entry = (
  status: number,
  retry: CatalogueEntry['retry'],
  title: string,
  check: string,
): CatalogueEntry => ({ status, title, check, retry });

/** Every error code of the product. `docs/errors.md` is this table in prose; a test holds them equal. */
export const errorCatalogue = {
  // what a caller of our API did
  'request-invalid': entry(
    400,
    'never',
    'The request is not valid',
    'Correct the fields that the answer names.',
  ),
  'json-invalid': entry(
    400,
    'never',
    'The body is not JSON',
    'Send a JSON body with content-type application/json.',
  ),
  'body-too-large': entry(413, 'never', 'The body is too large', 'Send less in one request.'),
  'media-type-unsupported': entry(
    415,
    'never',
    'The content type is not supported',
    'Send application/json.',
  ),
  'credentials-invalid': entry(
    401,
    'never',
    'The credentials are missing or not valid',
    'Send a valid token as "Authorization: Bearer …"; make a new one if it may be revoked or expired.',
  ),
  'permission-missing': entry(
    403,
    'never',
    'The token may not do this',
    'Use a token with the role that the message names.',
  ),
  'site-mismatch': entry(
    403,
    'never',
    'The connect key is for another Jira site',
    'Use the connect key of that site, or correct INSTANCE.',
  ),
  'not-allowed': entry(
    403,
    'never',
    'The connect key does not allow this',
    'Ask the administrator who made the key to widen its rules.',
  ),
  'resource-not-found': entry(
    404,
    'never',
    'There is no such resource',
    'List the resources to see the names that exist.',
  ),
  'route-not-found': entry(
    404,
    'never',
    'There is no such address',
    'See /openapi.json for the addresses that exist.',
  ),
  'name-taken': entry(
    409,
    'never',
    'The name is taken',
    'Choose another name, or change the one that exists.',
  ),
  'resource-in-use': entry(
    409,
    'never',
    'The resource is in use',
    'Remove what uses it first; the message names it.',
  ),
  'idempotency-key-reused': entry(
    422,
    'never',
    'The Idempotency-Key was used for another request',
    'Use a new key for a new request.',
  ),
  'idempotency-key-busy': entry(
    409,
    'soon',
    'A request with this Idempotency-Key is still under way',
    'Wait for its end, then ask again with the same key.',
  ),
  'reference-not-found': entry(
    422,
    'never',
    'A reference leads to nothing',
    'Check the name and its scope prefix (account.x, org.x, x).',
  ),
  'replay-not-possible': entry(
    409,
    'never',
    'The delivery cannot be replayed',
    'Only ended deliveries whose body is still kept can be replayed.',
  ),

  // reaching the outside
  'network-failed': entry(
    502,
    'soon',
    'The other side could not be reached',
    'Check the address, the network and the firewall between here and there.',
  ),
  'name-unresolved': entry(
    502,
    'soon',
    'The host name could not be resolved',
    'Check the host name and the DNS server of this machine.',
  ),
  'tls-failed': entry(
    502,
    'soon',
    'The TLS connection was refused',
    'Check the certificate of the other side; a private CA must be given on the connection.',
  ),
  'request-timed-out': entry(
    504,
    'soon',
    'The other side did not answer in time',
    'Check whether the other side is slow, or raise the time-out.',
  ),
  'address-denied': entry(
    403,
    'never',
    'The address may not be called',
    'Private, link-local and metadata addresses are denied unless the connection allows them.',
  ),
  'redirect-refused': entry(
    502,
    'never',
    'The other side redirected the request',
    'Use the address that the message names.',
  ),
  'answer-too-large': entry(
    502,
    'never',
    'The answer is larger than allowed',
    'Ask for less, or raise the limit.',
  ),
  'answer-unexpected': entry(
    502,
    'never',
    'The answer is not what the product sends',
    'Check that the address leads to the product itself, not to a login page or a proxy.',
  ),
  'status-unexpected': entry(
    502,
    'never',
    'The other side answered with an error status',
    'Read the answer that is kept with the delivery.',
  ),
  'remote-failed': entry(
    502,
    'soon',
    'The other side failed',
    'It is tried again; see the status page of the product if it lasts.',
  ),
  'rate-limited': entry(
    429,
    'soon',
    'The other side limits the rate',
    'It is tried again when the limit allows.',
  ),
  'remote-unauthorized': entry(
    502,
    'never',
    'The other side refused the credentials',
    'Check the credentials of the connection; press Test.',
  ),
  'remote-forbidden': entry(
    502,
    'never',
    'The other side refused permission',
    'Grant the permission that the message names to the account of the connection.',
  ),

  // Jira
  'jira-site-unknown': entry(
    422,
    'never',
    'There is no Jira site at this address',
    'Check the base URL of the connection.',
  ),
  'jira-credential-absent': entry(
    422,
    'never',
    'The connection lacks the credential for this',
    'Add the credential that the message names to the connection.',
  ),
  'jira-edition-unsuited': entry(
    422,
    'never',
    'This edition of Jira cannot do this',
    'Use it with a Jira that can; the message says which.',
  ),
  'jira-rejected': entry(502, 'never', 'Jira rejected the entity', 'Correct what Jira says is wrong.'),

  // reports
  'delivery-refused': entry(502, 'never', 'Jira refused what was sent', 'Read the reason per issue key.'),
  'delivery-pending': entry(
    504,
    'soon',
    'No final answer in the time given',
    'Look later with `tieline delivery show`.',
  ),
  'report-incomplete': entry(
    422,
    'never',
    'The report lacks something',
    'Give the setting that the message names.',
  ),
  'usage-wrong': entry(400, 'never', 'The command is not used as it should be', 'See --help.'),

  // the database and the machine
  'database-unreachable': entry(
    503,
    'soon',
    'The database cannot be reached',
    'Check DATABASE_URL and whether PostgreSQL runs.',
  ),
  'database-unsupported': entry(503, 'never', 'The database is not supported', 'Use PostgreSQL 15 to 18.'),
  'embedded-unavailable': entry(
    503,
    'never',
    'The embedded database cannot run here',
    'Set DATABASE_URL to a PostgreSQL 15 to 18 server.',
  ),
  'home-unusable': entry(
    503,
    'never',
    'The data folder cannot be used',
    'Set TIELINE_HOME to a folder on a disk with space that this user may write.',
  ),
  'home-locked': entry(
    409,
    'never',
    'Another hub uses this data folder',
    'Stop the other hub, or give this one its own TIELINE_HOME.',
  ),
  'master-key-missing': entry(
    503,
    'never',
    'The master key is missing',
    'Give the key that encrypted this database (TIELINE_MASTER_KEY or its file).',
  ),
  'master-key-wrong': entry(
    503,
    'never',
    'The master key is wrong',
    'Give the key that encrypted this database; without it the secrets cannot be read.',
  ),
  'configuration-invalid': entry(
    503,
    'never',
    'The configuration is not valid',
    'Correct the variable that the message names.',
  ),
  'port-taken': entry(503, 'never', 'The port is taken', 'Stop what listens there, or choose another port.'),
  'internal-error': entry(
    500,
    'soon',
    'Something went wrong inside Tieline',
    'Look at the log of the hub, and report it.',
  ),
} as const satisfies Record<string, CatalogueEntry>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;
