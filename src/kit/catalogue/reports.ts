import { type CatalogueEntry, entry } from './entry.ts';

/** Reports, and the commands. */
export const reportErrors = {
  'delivery-refused': entry(502, 'never', 'Jira refused what was sent', 'Read the reason per issue key.'),
  'delivery-expired': entry(
    410,
    'never',
    'The delivery waited longer than its payload is kept',
    'Report it again.',
  ),
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
} as const satisfies Record<string, CatalogueEntry>;
