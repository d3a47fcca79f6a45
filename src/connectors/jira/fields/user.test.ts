import { describe, expect, it } from 'vitest';
import type { UserChoice } from '../../../kit/jira-metadata.ts';
import { resolveUser } from './user.ts';

const people: UserChoice[] = [
  { id: '5b10ac8d82e05b22cc7d4e03', displayName: 'Dana Developer', email: 'dana@acme.example', active: true },
  { id: '5b10ac8d82e05b22cc7d4e04', displayName: 'Dana Designer', active: true },
  { id: '5b10ac8d82e05b22cc7d4e05', displayName: 'Sam Smith', active: true },
  { id: '5b10ac8d82e05b22cc7d4e06', displayName: 'Sam Smith', email: 'sam@acme.example', active: true },
  { id: '5b10ac8d82e05b22cc7d4e07', displayName: 'Gone Gary', email: 'gary@acme.example', active: false },
  { id: '557058:0c39b1aa-1111-4222-8333-444455556666', displayName: 'Build Bot', active: true },
];
const hidden = { 'hidden@acme.example': people[1] };

/** Finds as Jira does: by the beginning of a word or an address, also of an address that it does not show. */
const onCloud = {
  userId: 'accountId' as const,
  users: async (query: string) => [
    ...people.filter(({ displayName, email }) =>
      [...displayName.split(' '), displayName, email ?? ''].some((word) =>
        word.toLowerCase().startsWith(query.toLowerCase()),
      ),
    ),
    ...Object.entries(hidden).flatMap(([email, user]) => (email === query && user ? [user] : [])),
  ],
  findById: async (id: string) => people.find((user) => user.id === id),
};

const members: UserChoice[] = [
  { id: 'dana', displayName: 'Dana Developer', email: 'dana@acme.example', active: true },
  { id: 'mallory', displayName: 'dana', active: true },
];
const selfHosted = {
  userId: 'name' as const,
  users: async () => members,
  findById: async (key: string) => (key === 'JIRAUSER10100' ? members[0] : undefined),
};

describe('a user', () => {
  it.each([
    ['by e-mail address', 'DANA@acme.example', '5b10ac8d82e05b22cc7d4e03'],
    ['by an address that is hidden', 'hidden@acme.example', '5b10ac8d82e05b22cc7d4e04'],
    ['by display name', 'dana designer', '5b10ac8d82e05b22cc7d4e04'],
    ['by a part of the name that no other has', ' Build ', '557058:0c39b1aa-1111-4222-8333-444455556666'],
    ['by account id', '5b10ac8d82e05b22cc7d4e05', '5b10ac8d82e05b22cc7d4e05'],
    [
      'by account id of the older form',
      '557058:0c39b1aa-1111-4222-8333-444455556666',
      '557058:0c39b1aa-1111-4222-8333-444455556666',
    ],
  ])('is found %s', async (_, query, id) => {
    expect(await resolveUser(query, onCloud)).toBe(id);
  });

  it.each([
    [
      'several have the name',
      'Sam Smith',
      '"Sam Smith" may be Sam Smith (5b10ac8d82e05b22cc7d4e05), Sam Smith (sam@acme.example, 5b10ac8d82e05b22cc7d4e06)',
    ],
    ['several have a name that begins so', 'Dana', '"Dana" may be Dana Developer'],
    ['nobody has it', 'Nemo', 'Jira knows no active user "Nemo"'],
    ['the user is not active', 'gary@acme.example', 'Jira knows no active user'],
    ['the address only begins like another', 'dana@acme', 'Jira knows no active user'],
  ])('is refused when %s', async (_, query, message) => {
    await expect(resolveUser(query, onCloud)).rejects.toMatchObject({
      code: 'jira-user-unknown',
      message: expect.stringContaining(message),
    });
  });

  it('of a self-hosted Jira is found by name, address or key', async () => {
    expect(await resolveUser('dana@acme.example', selfHosted)).toBe('dana');
    expect(await resolveUser('JIRAUSER10100', selfHosted)).toBe('dana');
  });

  it('is not the one who calls himself so', async () => {
    expect(await resolveUser('dana', selfHosted)).toBe('dana');
  });
});
