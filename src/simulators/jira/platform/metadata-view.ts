import type { World } from '../world.ts';
import type { Status } from './metadata.ts';

const categories = {
  new: { id: 2, key: 'new', colorName: 'blue-gray', name: 'To Do' },
  indeterminate: { id: 4, key: 'indeterminate', colorName: 'yellow', name: 'In Progress' },
  done: { id: 3, key: 'done', colorName: 'green', name: 'Done' },
};

/** A status by its name, as issues, transitions and lists carry it. */
export function showStatus(world: World, api: string, name: string) {
  const status: Status | undefined = world.metadata.statuses.find((one) => one.name === name);
  if (status === undefined) throw new Error(`no status ${name}`);
  const category = categories[status.category];
  const base = `${world.restBase()}/rest/api/${api}`;
  return {
    self: `${base}/status/${status.id}`,
    description: '',
    iconUrl: `${world.siteUrl()}/images/icons/statuses/generic.png`,
    name: status.name,
    id: status.id,
    statusCategory: { self: `${base}/statuscategory/${category.id}`, ...category },
  };
}
