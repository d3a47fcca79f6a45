/**
 * What Jira takes in one request and in one build. Lengths are in UTF-16 units.
 * Jira Software Cloud REST API, "Submit build data", 0.1.
 */
export const buildLimits = {
  entities: 100,
  issueKeys: 100,
  references: 5,
  id: 255,
  text: 255,
  url: 2000,
} as const;

/**
 * What Jira takes in one request and in one deployment. `associations` counts issue keys and services together.
 * Jira Software Cloud REST API, "Submit deployment data", 0.1.
 */
export const deploymentLimits = {
  entities: 100,
  associations: 500,
  service: 255,
  id: 255,
  text: 255,
  url: 2000,
} as const;

/**
 * What Jira takes of development information in one request and in one entity. It also takes no more than 1,000 entities
 * and 400 of a kind and repository in a request, and 100 repositories, which is why a request of ours holds so few.
 * Jira Software Cloud REST API, "Store development information", 0.10.
 */
export const devInfoLimits = {
  entities: 100,
  issueKeys: 500,
  id: 1024,
  text: 255,
  email: 254,
  branchName: 512,
  title: 1024,
  message: 1024,
  description: 1024,
  path: 1024,
  files: 10,
  url: 2000,
} as const;

/** Properties of a request, alike for every kind. A key must not start with `_` and must not hold `:`. */
export const propertyLimits = { pairs: 5, text: 255 } as const;

/** What a remote issue link takes; Jira Server and Data Center REST API, "Create or update remote issue link". */
export const remoteLinkLimits = { globalId: 255, title: 255, summary: 255, url: 2000 } as const;
