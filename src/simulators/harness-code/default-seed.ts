import { parseSeed, type Seed } from './seed.ts';

/** A small host of an account, an organization and two projects, each with repositories and no branch but main. */
export const defaultSeed = (): Seed =>
  parseSeed({
    accounts: [
      {
        uid: 'ada',
        displayName: 'Ada Admin',
        // As the simulated Jira knows her: a smart commit is its author's by the address.
        email: 'admin@tieline-demo.example',
        token: 'pat.simulated.ada',
        admin: true,
      },
      {
        uid: 'dev',
        displayName: 'Dev Developer',
        email: 'dev@tieline-demo.example',
        token: 'pat.simulated.dev',
        memberships: [{ space: 'acme/shop', role: 'contributor' }],
      },
      {
        uid: 'rene',
        displayName: 'Rene Reviewer',
        email: 'rene@tieline-demo.example',
        token: 'pat.simulated.rene',
        memberships: [{ space: 'acme', role: 'reader' }],
      },
      {
        uid: 'bot',
        displayName: 'Build Bot',
        email: 'bot@tieline-demo.example',
        token: 'sat.simulated.bot',
        type: 'serviceaccount',
        memberships: [{ space: 'acme/shop/web', role: 'space_owner' }],
      },
    ],
    spaces: [{ path: 'acme/shop/web', description: 'The shop' }, { path: 'acme/shop/platform' }],
    repositories: [
      {
        path: 'acme/shop/web/storefront',
        description: 'What shoppers see',
        files: {
          'README.md': '# Storefront\n',
          'src/checkout.ts':
            'export const total = (prices: number[]) => prices.reduce((a, b) => a + b, 0);\n',
        },
      },
      { path: 'acme/shop/web/payments', files: { 'README.md': '# Payments\n' } },
      { path: 'acme/shop/platform/infrastructure', files: { 'README.md': '# Infrastructure\n' } },
    ],
  });
