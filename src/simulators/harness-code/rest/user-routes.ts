import { notFound } from '../refusal.ts';
import { pageFrom } from './paging.ts';
import { inPath, textIn, textsIn } from './query.ts';
import type { Rest } from './rest.ts';
import { principalView, spaceView, userView } from './views.ts';

/** Who asks, what they may do, and who else is there. */
export function userRoutes({ app, world, whoIs }: Rest): void {
  app.get('/user', (request) => userView(whoIs(request)));

  app.get('/user/memberships', (request, reply) => {
    const who = whoIs(request);
    const views = who.memberships.flatMap(({ spaceId, role, created }) => {
      const space = world.spaces.find((one) => one.id === spaceId);
      if (space === undefined) return [];
      return [
        {
          created,
          updated: created,
          role,
          space: spaceView(world, space),
          added_by: principalView(world.principals[0] ?? who),
        },
      ];
    });
    return pageFrom(request, reply, views);
  });

  app.get('/user/tokens', (request) => {
    const who = whoIs(request);
    const type = who.type === 'user' ? 'pat' : 'sat';
    return [
      {
        principal_id: who.id,
        type,
        identifier: 'token',
        expires_at: null,
        issued_at: who.created,
        created_by: who.id,
        uid: 'token',
      },
    ];
  });

  app.get('/principals', (request, reply) => {
    whoIs(request);
    const query = (textIn(request, 'query') ?? '').toLowerCase();
    const types = textsIn(request, 'type');
    const found = world.principals.filter(
      (one) =>
        (types.length === 0 || types.includes(one.type)) &&
        [one.uid, one.email, one.displayName].some((text) => text.toLowerCase().includes(query)),
    );
    return pageFrom(request, reply, found).map(principalView);
  });

  app.get('/principals/:id', (request) => {
    whoIs(request);
    const found = world.principals.find((one) => String(one.id) === inPath(request, 'id'));
    if (found === undefined) throw notFound();
    return principalView(found);
  });

  app.get('/system/config', () => ({
    user_signup_allowed: false,
    public_resource_creation_enabled: false,
    ssh_enabled: false,
    gitspace_enabled: false,
    artifact_registry_enabled: false,
    ui: { show_plugin: false },
  }));
}

/** How the hosted product's own platform tells who asks; its code API knows nothing of it. */
export function platformUserRoutes({ app, world, whoIs }: Rest): void {
  app.get('/ng/api/user/currentUser', (request) => {
    const who = whoIs(request);
    const [account] = world.spaces.filter((one) => one.parentId === 0);
    const accountId = account?.identifier ?? '';
    return {
      status: 'SUCCESS',
      data: {
        uuid: who.uid,
        name: who.displayName,
        email: who.email,
        token: null,
        defaultAccountId: accountId,
        accounts: [{ uuid: accountId, accountName: accountId, companyName: accountId, nextGenEnabled: true }],
        admin: false,
        emailVerified: true,
        locked: false,
        disabled: false,
        externallyManaged: false,
      },
      metaData: null,
      correlationId: crypto.randomUUID(),
    };
  });
}
