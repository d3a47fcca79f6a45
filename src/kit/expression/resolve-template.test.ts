import { expect, it } from 'vitest';
import { Secret } from '../secret.ts';
import { testScope } from './fixtures/scopes.ts';
import { compileTemplate, resolveTemplate } from './index.ts';

function openingScope() {
  const asked: string[] = [];
  const { find, now } = testScope({ env: { key: 'org.b' } });
  const openSecret = async (reference: string) => {
    asked.push(reference);
    if (reference === 'gone') throw new Error('there is no secret gone');
    return new Secret(`clear text of ${reference}`);
  };
  return { asked, scope: { find, now, openSecret } };
}

it('opens the secrets that the text comes to ask for, once each, and no others', async () => {
  const { asked, scope } = openingScope();
  const text =
    'a=<+secrets.getValue("a")> b=<+secrets.getValue(env.key)> a=<+secrets.getValue("a")> <+1 == 2 ? secrets.getValue("gone") : "">';
  const { value, secrets } = await resolveTemplate(compileTemplate(text), scope);
  expect(asked).toEqual(['a', 'org.b']);
  expect(secrets).toHaveLength(2);
  expect(value).toBeInstanceOf(Secret);
  expect(`${value}`).toBe('a=[secret] b=[secret] a=[secret] ');
});

it('throws what opening a secret throws', async () => {
  const { scope } = openingScope();
  const resolved = resolveTemplate(compileTemplate('<+secrets.getValue("gone")>'), scope);
  await expect(resolved).rejects.toThrow('there is no secret gone');
});

it('throws for another thing that is not there, without asking for secrets', async () => {
  const { asked, scope } = openingScope();
  const resolved = resolveTemplate(compileTemplate('<+pipeline.nobody> <+secrets.getValue("a")>'), scope);
  await expect(resolved).rejects.toMatchObject({ code: 'expression-unresolved' });
  expect(asked).toEqual([]);
});

it('opens no more secrets than a text may name', async () => {
  const { asked, scope } = openingScope();
  const text = Array.from({ length: 60 }, (_, at) => `<+secrets.getValue("s${at}")>`).join('');
  await expect(resolveTemplate(compileTemplate(text), scope)).rejects.toMatchObject({
    code: 'expression-too-large',
  });
  expect(asked).toHaveLength(50);
});
