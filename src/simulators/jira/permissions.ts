/** A permission as `mypermissions` shows it. Project permissions depend on the project, global ones do not. */
export interface Permission {
  id: string;
  key: string;
  name: string;
  type: 'GLOBAL' | 'PROJECT';
  description: string;
}

const globals: [id: string, key: string, name: string][] = [
  ['0', 'ADMINISTER', 'Administer Jira'],
  ['44', 'SYSTEM_ADMIN', 'Jira System Administrators'],
  ['33', 'BULK_CHANGE', 'Make bulk changes'],
  ['22', 'CREATE_SHARED_OBJECTS', 'Share dashboards and filters'],
  ['24', 'MANAGE_GROUP_FILTER_SUBSCRIPTIONS', 'Manage group filter subscriptions'],
  ['27', 'USER_PICKER', 'Browse users and groups'],
  ['-1', 'CREATE_PROJECT', 'Create team-managed projects'],
];

const ofProjects: [id: string, key: string, name: string][] = [
  ['23', 'ADMINISTER_PROJECTS', 'Administer Projects'],
  ['10', 'BROWSE_PROJECTS', 'Browse Projects'],
  ['45', 'VIEW_READONLY_WORKFLOW', 'View Read-Only Workflow'],
  ['29', 'VIEW_DEV_TOOLS', 'View Development Tools'],
  ['-2', 'MANAGE_SPRINTS_PERMISSION', 'Manage Sprints'],
  ['-3', 'EDIT_WORKFLOW', 'Edit Workflows'],
  ['-4', 'EDIT_ISSUE_LAYOUT', 'Edit Issue Layout'],
  ['-5', 'SERVICEDESK_AGENT', 'Service Project Agent'],
  ['-6', 'VIEW_AGGREGATED_DATA', 'View Aggregated Data'],
  ['11', 'CREATE_ISSUES', 'Create Issues'],
  ['12', 'EDIT_ISSUES', 'Edit Issues'],
  ['46', 'TRANSITION_ISSUES', 'Transition Issues'],
  ['28', 'SCHEDULE_ISSUES', 'Schedule Issues'],
  ['25', 'MOVE_ISSUES', 'Move Issues'],
  ['13', 'ASSIGN_ISSUES', 'Assign Issues'],
  ['17', 'ASSIGNABLE_USER', 'Assignable User'],
  ['14', 'RESOLVE_ISSUES', 'Resolve Issues'],
  ['18', 'CLOSE_ISSUES', 'Close Issues'],
  ['30', 'MODIFY_REPORTER', 'Modify Reporter'],
  ['16', 'DELETE_ISSUES', 'Delete Issues'],
  ['21', 'LINK_ISSUES', 'Link Issues'],
  ['26', 'SET_ISSUE_SECURITY', 'Set Issue Security'],
  ['47', 'UNARCHIVE_ISSUES', 'Restore Issues'],
  ['48', 'ARCHIVE_ISSUES', 'Archive Issues'],
  ['31', 'VIEW_VOTERS_AND_WATCHERS', 'View Voters and Watchers'],
  ['32', 'MANAGE_WATCHERS', 'Manage Watchers'],
  ['15', 'ADD_COMMENTS', 'Add Comments'],
  ['34', 'EDIT_ALL_COMMENTS', 'Edit All Comments'],
  ['35', 'EDIT_OWN_COMMENTS', 'Edit Own Comments'],
  ['36', 'DELETE_ALL_COMMENTS', 'Delete All Comments'],
  ['37', 'DELETE_OWN_COMMENTS', 'Delete Own Comments'],
  ['19', 'CREATE_ATTACHMENTS', 'Create Attachments'],
  ['38', 'DELETE_ALL_ATTACHMENTS', 'Delete All Attachments'],
  ['39', 'DELETE_OWN_ATTACHMENTS', 'Delete Own Attachments'],
  ['20', 'WORK_ON_ISSUES', 'Work On Issues'],
  ['40', 'EDIT_OWN_WORKLOGS', 'Edit Own Worklogs'],
  ['41', 'EDIT_ALL_WORKLOGS', 'Edit All Worklogs'],
  ['42', 'DELETE_OWN_WORKLOGS', 'Delete Own Worklogs'],
  ['43', 'DELETE_ALL_WORKLOGS', 'Delete All Worklogs'],
];

const described =
  (type: Permission['type']) =>
  ([id, key, name]: [string, string, string]): Permission => ({
    id,
    key,
    name,
    type,
    description: `Ability to: ${name.toLowerCase()}.`,
  });

/** The permissions that an edition lists; what came with team-managed projects and the like is Cloud's alone. */
export const listedPermissions = (edition: 'cloud' | 'data-center'): Permission[] =>
  [...permissions.values()].filter(({ id }) => edition === 'cloud' || !id.startsWith('-'));

/** Every permission that the simulated site knows, by key; Jira's built-in ones. */
export const permissions: ReadonlyMap<string, Permission> = new Map(
  [...globals.map(described('GLOBAL')), ...ofProjects.map(described('PROJECT'))].map((permission) => [
    permission.key,
    permission,
  ]),
);
