import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findIssueKeys, type IssueKeyRules, isIssueKey, issueKeyFinder, projectOf } from './issue-keys.ts';

describe('what is an issue key', () => {
  test.each([
    ['JRA-123', ['JRA-123']],
    ['jra-123', ['JRA-123']],
    ['jRa-123', ['JRA-123']],
    ['J42-123', ['J42-123']],
    ['b4l-123', ['B4L-123']],
    ['Ja9-123', ['JA9-123']],
    ['2PAC-123', []],
    ['42-123', []],
    ['F-67-my-feature', []],
    ['feature/J3-123-my-feature', ['J3-123']],
    ['JRA-123 and again JRA-123, then TBD-123', ['JRA-123', 'TBD-123']],
    ['JIRA-123abcd', []],
    ['JIRA-123abcd JIRA-456 abcd', ['JIRA-456']],
    ['abcd-JIRA-123', ['JIRA-123']],
    ['JIRA-123-abcd', ['JIRA-123']],
    ['JRA-123 Jra-456-jra-901\n[bah-321]', ['JRA-123', 'JRA-456', 'JRA-901', 'BAH-321']],
    ['JRA-0', []],
    ['JRA-012', []],
    ['JRA-1JRA-2', []],
    ['JRA-1,JRA-2', ['JRA-1', 'JRA-2']],
    ['fix_JRA-7_x', ['JRA-7']],
    ['v1-2', ['V1-2']],
    ['release-2024-01-05', ['RELEASE-2024']],
    ['JRA–5', []],
    ['2', []],
    ['', []],
    ['-', []],
    ['JRA-', []],
    ['Multiple issues: TEST-123, TEST-234, TEST-456', ['TEST-123', 'TEST-234', 'TEST-456']],
    ['feature/TEST-123 [TEST-456] and [TEST-789]', ['TEST-123', 'TEST-456', 'TEST-789']],
    ['no issue', []],
  ])('%j holds %j', (text, keys) => {
    expect(findIssueKeys(text)).toEqual(keys);
  });

  test.each([...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~ \t\n'])('%j may stand on either side', (mark) => {
    expect(findIssueKeys(`a${mark}JRA-123${mark}b`)).toEqual(['JRA-123']);
  });

  test('only ASCII counts: an accent is a boundary, and no letter folds into S or K', () => {
    expect(findIssueKeys('éJRA-1é')).toEqual(['JRA-1']);
    expect(findIssueKeys('TE\u017FT-1')).toEqual([]);
    expect(findIssueKeys('TO\u212A-1')).toEqual([]);
    expect(findIssueKeys('JRA-\u0661')).toEqual([]);
  });

  test('a project and a number may have 256 characters and no more', () => {
    const long = (count: number) => 'A'.repeat(count);
    const digits = (count: number) => '1'.repeat(count);
    expect(findIssueKeys(`${long(256)}-${digits(256)}`)).toHaveLength(1);
    expect(findIssueKeys(`${long(257)}-1`)).toEqual([]);
    expect(findIssueKeys(`AB-${digits(257)}`)).toEqual([]);
  });
});

describe('which keys are wanted', () => {
  test('names of standards are not issues', () => {
    expect(findIssueKeys('utf-8 SHA-256 CVE-2021-44228 ISO-8601 RFC-9457 HTTP-2 TLS-1 MYT-1')).toEqual([
      'MYT-1',
    ]);
  });

  test('unless a project of that name exists, or the list is replaced', () => {
    expect(findIssueKeys('CVE-2021-44228 MYT-1', { projects: ['cve'] })).toEqual(['CVE-2021']);
    expect(findIssueKeys('SHA-256 PR-12', { deny: ['PR'] })).toEqual(['SHA-256']);
  });

  test('known projects are compared whole', () => {
    expect(findIssueKeys('XMYT-1 MYT-2 MYTX-3 AMYT-4', { projects: ['MYT'] })).toEqual(['MYT-2']);
    expect(findIssueKeys('MYT-1 OPS-2 ABC-3', { projects: ['ops', 'MYT'] })).toEqual(['MYT-1', 'OPS-2']);
    expect(findIssueKeys('MYT-1', { projects: [] })).toEqual([]);
  });

  test('an underscore is a boundary, or part of the key where the site allows it', () => {
    expect(findIssueKeys('ABC_DEF-12')).toEqual(['DEF-12']);
    expect(findIssueKeys('ABC_DEF-12', { underscores: true })).toEqual(['ABC_DEF-12']);
    expect(findIssueKeys('_JRA-7_x 2_JRA-8', { underscores: true })).toEqual(['JRA-7', 'JRA-8']);
  });

  test('a project list with an underscore decides how much of the word is the key', () => {
    const projects = ['ABC_DEF', 'JRA'];
    expect(findIssueKeys('ABC_DEF-12 fix_JRA-7_x x_abc_def-3 DEF-1', { projects })).toEqual([
      'ABC_DEF-12',
      'JRA-7',
      'ABC_DEF-3',
    ]);
  });
});

describe('whatever the text', () => {
  const word = fc.string({ unit: fc.constantFrom(...'aAzZ019-_ .é/'), maxLength: 40 });
  const rules = fc.record(
    {
      projects: fc.array(fc.constantFrom('AA', 'ZA', 'A_Z', 'UTF')),
      underscores: fc.boolean(),
      deny: fc.array(fc.constantFrom('AA', 'ZZ')),
    },
    { requiredKeys: [] },
  );
  const key = fc
    .tuple(fc.stringMatching(/^[A-Z][A-Z0-9]{1,8}$/), fc.integer({ min: 1, max: 999_999 }))
    .map(([project, number]) => `${project}-${number}`);

  test('every key found has the shape, stands in the text, and is found once', () => {
    fc.assert(
      fc.property(word, rules, (text, given) => {
        const keys = findIssueKeys(text, given);
        expect(keys.every(isIssueKey)).toBe(true);
        expect(new Set(keys).size).toBe(keys.length);
        for (const found of keys) {
          expect(text.toUpperCase()).toContain(found);
          if (given.projects) expect(given.projects).toContain(projectOf(found));
        }
      }),
    );
  });

  test('a second look at what was found finds the same', () => {
    fc.assert(
      fc.property(word, rules, (text, given) => {
        const keys = findIssueKeys(text, given);
        expect(findIssueKeys(keys.join(' '), given)).toEqual(keys);
      }),
    );
  });

  test('texts set apart hold the keys of each, in order; case does not matter', () => {
    fc.assert(
      fc.property(word, word, rules, (first, second, given) => {
        const find = issueKeyFinder(given);
        const both = [...new Set([...find(first), ...find(second)])];
        expect(find(`${first}\n${second}`)).toEqual(both);
        expect(find(`${first}\n${second}`.toLowerCase())).toEqual(both);
      }),
    );
  });

  test('every key that was put between separators is found', () => {
    const separator = fc.constantFrom(' ', ', ', '\n', '[', ']', '/', ' é ', '_', ': #');
    fc.assert(
      fc.property(fc.array(fc.tuple(key, separator), { maxLength: 20 }), (parts) => {
        const text = parts.map(([issue, mark]) => issue + mark).join('');
        expect(findIssueKeys(text, { deny: [] })).toEqual([...new Set(parts.map(([issue]) => issue))]);
      }),
    );
  });
});

/** Hands the finder a stand-in for the text that counts how many characters are looked at. */
function countLooks(text: string, rules: IssueKeyRules): { looks: number; keys: string[] } {
  let looks = 0;
  const counted = {
    indexOf: (mark: string, from = 0) => {
      const at = text.indexOf(mark, from);
      looks += (at === -1 ? text.length : at) - from + 1;
      return at;
    },
    charCodeAt: (at: number) => {
      looks += 1;
      return text.charCodeAt(at);
    },
    slice: (from: number, to: number) => {
      looks += to - from;
      return text.slice(from, to);
    },
  };
  const find: (text: string) => string[] = issueKeyFinder(rules);
  const keys = Reflect.apply(find, undefined, [counted]) as string[];
  return { looks, keys };
}

describe('hostile text costs no more than its length', () => {
  const million = 1_000_000;
  test.each([
    ['one letter', 'A'.repeat(million)],
    ['letters and a dash', `${'A'.repeat(million)}-`],
    ['dashes', '-'.repeat(million)],
    ['dashes and letters', 'A-'.repeat(million / 2)],
    ['dashes and digits', '1-'.repeat(million / 2)],
    ['keys without end', 'AA-1'.repeat(million / 4)],
    ['keys', 'AA-1 '.repeat(million / 5)],
    ['long projects', `${'A'.repeat(300)}-1`.repeat(3_000)],
    ['long numbers', `AA-${'1'.repeat(300)} `.repeat(3_000)],
    ['underscores', `${'_'.repeat(300)}-1`.repeat(3_000)],
    ['underscored parts', `${'_1'.repeat(150)}-1`.repeat(3_000)],
  ])('%s', (_name, text) => {
    for (const rules of [{}, { underscores: true }, { projects: ['MYT', 'ABC_DEFGHI'] }]) {
      expect(countLooks(text, rules).looks).toBeLessThan(8 * text.length);
    }
  });

  test('the counting itself finds keys', () => {
    expect(countLooks('x MYT-1 y', {}).keys).toEqual(['MYT-1']);
  });
});
