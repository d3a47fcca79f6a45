import { describe, expect, it } from 'vitest';
import type { Build, Sequenced } from '../../kit/jira.ts';
import { prepareBuild } from './build-wire.ts';

const build: Sequenced<Build> = {
  pipelineId: 'shop/main',
  buildNumber: 17,
  displayName: 'Shop',
  url: 'https://ci.example.com/shop/17',
  state: 'failed',
  lastUpdated: new Date('2026-11-20T10:11:12.345Z'),
  issueKeys: ['MYT-1', 'MYT-2'],
  sequence: 1_790_000_000_000,
};

const wireOf = (changes: Partial<Build>) => {
  const prepared = prepareBuild({ ...build, ...changes });
  if (!prepared.ready) throw new Error(prepared.reasons.join());
  return prepared.wire;
};

describe('a build on its way to Jira', () => {
  it('says what Jira asks for, in its words', () => {
    expect(wireOf({})).toEqual({
      schemaVersion: '1.0',
      pipelineId: 'shop/main',
      buildNumber: 17,
      updateSequenceNumber: 1_790_000_000_000,
      displayName: 'Shop',
      url: 'https://ci.example.com/shop/17',
      state: 'failed',
      lastUpdated: '2026-11-20T10:11:12.345Z',
      issueKeys: ['MYT-1', 'MYT-2'],
    });
  });

  it('carries everything that a pipeline may tell', () => {
    const wire = wireOf({
      description: 'Fix the till',
      label: 'main',
      testInfo: { total: 9, passed: 6, failed: 1, skipped: 2 },
      references: [
        {
          commit: { id: 'cafe', repositoryUrl: 'https://git.example.com/shop' },
          ref: { name: 'main', url: 'https://git.example.com/shop/main' },
        },
      ],
    });
    expect(wire).toMatchObject({
      description: 'Fix the till',
      label: 'main',
      testInfo: { totalNumber: 9, numberPassed: 6, numberFailed: 1, numberSkipped: 2 },
      references: [
        {
          commit: { id: 'cafe', repositoryUri: 'https://git.example.com/shop' },
          ref: { name: 'main', uri: 'https://git.example.com/shop/main' },
        },
      ],
    });
  });

  it.each([
    ['a description', { description: 'd'.repeat(256) }, { description: `${'d'.repeat(254)}…` }],
    ['a label', { label: 'l'.repeat(900) }, { label: `${'l'.repeat(254)}…` }],
    ['a name', { displayName: 'n'.repeat(256) }, { displayName: `${'n'.repeat(254)}…` }],
    ['keys named twice', { issueKeys: ['A1-1', 'B-2', 'A1-1'] }, { issueKeys: ['A1-1', 'B-2'] }],
    ['keys that cannot be', { issueKeys: ['no key', 'B-2', 'é-1'] }, { issueKeys: ['B-2'] }],
  ])('has its limits kept: %s', (_, given, sent) => {
    expect(wireOf(given)).toMatchObject(sent);
  });

  it('names at most 100 issues and 5 references, and leaves out a reference with an endless address', () => {
    const repositoryUrl = `https://git.example.com/${'r'.repeat(2000)}`;
    const wire = wireOf({
      issueKeys: Array.from({ length: 101 }, (_, n) => `MYT-${n}`),
      references: [
        { commit: { id: 'gone', repositoryUrl } },
        ...Array.from({ length: 6 }, (_, n) => ({ ref: { name: `b${n}`, url: 'https://git.example.com' } })),
      ],
    });
    expect(wire).toHaveProperty('issueKeys.length', 100);
    expect(wire).toHaveProperty('references.length', 5);
    expect(JSON.stringify(wire)).not.toContain('gone');
  });

  it.each([
    ['no issue', { issueKeys: [] }, 'the build names no issue key that Jira could know'],
    [
      'an address too long',
      { url: `https://ci/${'u'.repeat(1990)}` },
      'url has 2001 characters; Jira takes 2000',
    ],
  ])('is not sent with %s', (_, given, reason) => {
    expect(prepareBuild({ ...build, ...given })).toMatchObject({ ready: false, reasons: [reason] });
  });
});
