import { type CatalogueEntry, entry } from './entry.ts';

/** Runs of steps. */
export const runErrors = {
  'step-uncertain': entry(
    502,
    'never',
    'It is not known whether a step had its effect',
    'Look at the other side whether it had. If it had not, run again from that step: tieline runs rerun ID --from STEP; else from the one after it.',
  ),
  'run-over': entry(
    409,
    'never',
    'The run has ended already',
    'See how it ended: tieline runs show ID. To do it again: tieline runs rerun ID.',
  ),
  'rerun-not-possible': entry(409, 'never', 'The run cannot be repeated', 'Start it anew from its document.'),
} as const satisfies Record<string, CatalogueEntry>;
