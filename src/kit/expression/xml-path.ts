import { DOMParser, type Document, type Element, type Node as XmlNode } from '@xmldom/xmldom';
import { limits } from './limits.ts';
import { bounded, failed, shortEnough, spend, type Work } from './work.ts';

/** One step of a path: what it takes of one node, and which of those it keeps. */
interface Step {
  /** Whether it looks at every level below. */
  deep: boolean;
  /** `name`, `*`, `@name`, `@*`, `text()` or `.` */
  test: string;
  predicates: string[];
}

/** Longest XML text that is read: its parser takes a second for more. */
const longestXml = 262_144;
const stepShape = /(\/\/|\/)?(@?(?:\*|[\p{L}_][\p{L}\p{N}_.:-]*)|\.)(\(\))?((?:\[[^\][]*\])*)/uy;
const predicateShape = /^(@?[\p{L}_][\p{L}\p{N}_.:-]*|\.)(\(\))?\s*(?:=\s*(?:'([^']*)'|"([^"]*)"))?$/u;

function readSteps(path: string, work: Work): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < path.length; ) {
    stepShape.lastIndex = at;
    const [found, slashes, name = '', call = '', predicates = ''] = stepShape.exec(path) ?? [];
    const test = name + call;
    if (found === undefined || (call !== '' && test !== 'text()') || (at > 0 && slashes === undefined)) {
      const what = `the path cannot be read at "${path.slice(at, at + 20)}"`;
      throw failed(
        work,
        `${what}; there are /name //name * @name text() [1] [last()] [@name='x'] [name='x']`,
      );
    }
    steps.push({
      deep: slashes === '//',
      test,
      predicates: predicates.slice(1, -1).split('][').filter(Boolean),
    });
    at += found.length;
  }
  return steps;
}

const isElement = (node: XmlNode): node is Element => node.nodeType === 1;
const isText = (node: XmlNode) => node.nodeType === 3 || node.nodeType === 4;

function below(node: XmlNode, work: Work): XmlNode[] {
  const children: XmlNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    spend(work, 0.05);
    children.push(child);
  }
  return children;
}

/** The node and all below it, in the order of the document. */
function withAllBelow(node: XmlNode, work: Work): XmlNode[] {
  const found: XmlNode[] = [];
  const waiting = [node];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    found.push(next);
    for (const child of below(next, work).reverse()) waiting.push(child);
  }
  return found;
}

function take(node: XmlNode, test: string, work: Work): XmlNode[] {
  if (test === '.') return [node];
  if (test === 'text()') return below(node, work).filter(isText);
  if (!test.startsWith('@')) {
    return below(node, work).filter((child) => isElement(child) && (test === '*' || child.nodeName === test));
  }
  if (!isElement(node)) return [];
  const attributes = [...node.attributes];
  spend(work, attributes.length * 0.05);
  return attributes.filter(({ nodeName }) => test === '@*' || test === `@${nodeName}`);
}

/** The text of a node: of an element all texts below it. */
function textBelow(node: XmlNode, work: Work): string {
  if (!isElement(node)) return node.nodeValue ?? '';
  const texts = withAllBelow(node, work).filter(isText);
  return bounded(texts.map(({ nodeValue }) => nodeValue ?? '').join(''), work);
}

function keep(nodes: XmlNode[], predicate: string, work: Work): XmlNode[] {
  const written = predicate.trim();
  if (/^\d+$/.test(written)) return nodes.slice(Number(written) - 1, Number(written));
  if (written === 'last()') return nodes.slice(-1);
  const [whole, name = '', call = '', single, double] = predicateShape.exec(written) ?? [];
  const wanted = single ?? double;
  if (whole === undefined || (call !== '' && name !== 'text')) {
    throw failed(work, `the condition [${written.slice(0, 40)}] of the path cannot be read`);
  }
  return nodes.filter((node) => {
    const found = take(node, name + call, work);
    return wanted === undefined ? found.length > 0 : found.some((each) => textBelow(each, work) === wanted);
  });
}

function parse(xml: string, work: Work): Document {
  if (xml.length > longestXml) throw failed(work, `XML may have ${longestXml} characters`);
  // A document type can name entities that grow without end, and files.
  if (/<!DOCTYPE/i.test(xml)) throw failed(work, 'XML with a DOCTYPE is not read');
  spend(work, xml.length / 64);
  let deepest = 0;
  let depth = 0;
  for (const [sign] of xml.matchAll(/<\/|\/>|<[\p{L}_]/gu)) {
    depth += sign === '</' || sign === '/>' ? -1 : 1;
    deepest = Math.max(deepest, depth);
  }
  if (deepest > limits.depth) throw failed(work, `the XML has more than ${limits.depth} levels`);
  try {
    const onError = (level: string, message: string) => {
      if (level !== 'warning') throw new SyntaxError(message);
    };
    return new DOMParser({ onError }).parseFromString(xml, 'text/xml');
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown);
    throw failed(work, `the text is no XML: ${why}`);
  }
}

/**
 * The text of the first node that a path finds in XML; undefined: it finds none. A part of XPath 1.0: child steps, `//`,
 * `*`, attributes, `text()`, positions and one comparison as a condition. https://www.w3.org/TR/xpath-10/
 */
export function selectXml(path: string, xml: string, work: Work): string | undefined {
  const steps = readSteps(shortEnough(path.trim(), work), work);
  let found: XmlNode[] = [parse(xml, work)];
  for (const { deep, test, predicates } of steps) {
    const origins = deep ? found.flatMap((node) => withAllBelow(node, work)) : found;
    const next = origins.flatMap((node) =>
      predicates.reduce((nodes, predicate) => keep(nodes, predicate, work), take(node, test, work)),
    );
    found = [...new Set(next)];
  }
  const [first] = found;
  return first && textBelow(first, work);
}
