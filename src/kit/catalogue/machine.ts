import { type CatalogueEntry, entry } from './entry.ts';

/** The database and the machine. */
export const machineErrors = {
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
  'git-missing': entry(
    503,
    'never',
    'The command git is not there',
    'Install git, or do without the simulated code host.',
  ),
  'port-taken': entry(503, 'never', 'The port is taken', 'Stop what listens there, or choose another port.'),
  'internal-error': entry(
    500,
    'soon',
    'Something went wrong inside Tieline',
    'Look at the log of the hub, and report it.',
  ),
} as const satisfies Record<string, CatalogueEntry>;
