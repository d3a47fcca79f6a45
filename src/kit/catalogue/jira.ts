import { type CatalogueEntry, entry } from './entry.ts';

/** Jira. */
export const jiraErrors = {
  'jira-site-unknown': entry(
    422,
    'never',
    'There is no Jira site at this address',
    'Check the base URL of the connection.',
  ),
  'jira-login-page': entry(
    422,
    'once-repaired',
    'A login page answers in place of Jira',
    'Give the address of Jira itself. If a gateway before Jira shows the page, let the REST API through for this machine.',
  ),
  'jira-sso-redirect': entry(
    422,
    'once-repaired',
    'The address leads to a sign-in at another host',
    'Let the paths below /rest through the single sign-on for this machine, or give an address of Jira that is not behind it.',
  ),
  'jira-not-json': entry(
    422,
    'once-repaired',
    'A web page answers in place of Jira',
    'Give the base URL as the browser shows it in Jira, with the context path and without the rest.',
  ),
  'jira-answer-empty': entry(
    422,
    'once-repaired',
    'The address answers with nothing',
    'Check the base URL, and whether a proxy or firewall before Jira swallows its answers.',
  ),
  'jira-other-product': entry(
    422,
    'once-repaired',
    'Another product answers in place of Jira',
    'Give the address of Jira; the message names what was found.',
  ),
  'jira-site-suspended': entry(
    422,
    'once-repaired',
    'The Jira site is suspended or not available',
    'Ask the owner of the site: it may be unpaid, deactivated or being moved.',
  ),
  'jira-address-not-allowed': entry(
    502,
    'once-repaired',
    'Jira refuses the address of this machine',
    'Add the address from which this machine reaches Jira to the IP allowlist of the site.',
  ),
  'jira-captcha': entry(
    502,
    'once-repaired',
    'Jira wants a CAPTCHA from the account',
    'Sign in to Jira with a browser as that account, solve the CAPTCHA, and correct the password of the connection.',
  ),
  'jira-password-refused': entry(
    502,
    'once-repaired',
    'This Jira takes no passwords',
    'Use a personal access token, or on Jira Cloud an e-mail address with an API token.',
  ),
  'jira-token-unsupported': entry(
    502,
    'once-repaired',
    'This Jira does not know such a token',
    'Use a credential that the message names.',
  ),
  'jira-scope-missing': entry(
    502,
    'never',
    'The token lacks a scope',
    'Add the scope that the message names to the app or the token, then authorise again or make a new token.',
  ),
  'jira-credential-absent': entry(
    422,
    'once-repaired',
    'The connection lacks the credential for this',
    'Add the credential that the message names to the connection.',
  ),
  'jira-edition-unsuited': entry(
    422,
    'never',
    'This edition of Jira cannot do this',
    'Use it with a Jira that can; the message says which.',
  ),
  'field-unknown': entry(
    422,
    'never',
    'Jira has no such field there',
    'Use a name or key that the message lists; a field that is missing must be put on the screen in Jira.',
  ),
  'field-value-invalid': entry(
    422,
    'never',
    'A field cannot have this value',
    'Write the value as docs/fields.md shows for that kind of field.',
  ),
  'jira-user-unknown': entry(
    422,
    'never',
    'No one user of Jira is meant',
    'Give the e-mail address, or the account id (on a self-hosted Jira the user name), of one active user.',
  ),
  'smart-commit-refused': entry(
    422,
    'never',
    'A command in a commit message cannot be carried out',
    'See what the message names; once that is so, replay the delivery, or do it by hand.',
  ),
  'fields-missing': entry(
    422,
    'never',
    'Fields that Jira demands are missing',
    'Give the fields that the message names.',
  ),
  'transition-unavailable': entry(
    422,
    'never',
    'The issue cannot be moved so',
    'Use one of the transitions that are open to the issue, or take it there in several steps.',
  ),
  'issue-uncertain': entry(
    502,
    'never',
    'It is not known whether the issue was created',
    'Look for it in Jira. If it is not there, run the step again.',
  ),
  'approval-criteria-invalid': entry(
    422,
    'never',
    'Whether an issue is approved cannot be told',
    'Correct the criteria: the message names the field or the expression.',
  ),
  'approval-issue-unfit': entry(
    422,
    'never',
    'The issue to be approved is another one than was expected',
    'Give the key of an issue of that project and type, or leave the two out.',
  ),
  'jira-rejected': entry(502, 'never', 'Jira rejected the entity', 'Correct what Jira says is wrong.'),
} as const satisfies Record<string, CatalogueEntry>;
