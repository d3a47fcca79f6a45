const htmlNames: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": '#39',
};

const lowerHex = (text: string) => text.replace(/%[0-9A-F]{2}/g, (sequence) => sequence.toLowerCase());

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);

const inHtml = (text: string) =>
  text.replace(/[&<>"']/g, (character) => `&${htmlNames[character] ?? character};`);

const spellings: ((text: string) => string)[] = [
  (text) => text,
  encodeURIComponent,
  (text) => lowerHex(encodeURIComponent(text)),
  (text) => new URLSearchParams({ '': text }).toString().slice(1),
  (text) => lowerHex(new URLSearchParams({ '': text }).toString().slice(1)),
  inJson,
  (text) => inJson(text).replaceAll('/', '\\/'),
  (text) =>
    inJson(text).replace(
      /[^\0-~]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  inHtml,
];

/** The ways in which the other side, or we, may write a secret back: itself, and as in URLs, forms, JSON, HTML. */
export function spellingsOf(secret: string): string[] {
  return [secret, ...spellings.map((spelling) => spelling(secret.toWellFormed()))];
}
