/** What of a request two readers could understand in two ways. */
export interface Ambiguity {
  status: 400 | 415;
  message: string;
}

/**
 * Headers of which a request has one. A proxy that goes by the first of two and a server that goes by the last, or the
 * other way round, would let through what neither means to.
 */
const singular = new Set([
  'host',
  'authorization',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'x-kronos-client-key',
]);
const lengths = new Set([...singular].map((name) => name.length));

/**
 * Finds what is ambiguous in a request: a header twice of which there is one, or a coding of the body that is not undone
 * here, while a proxy that undoes it has seen another body.
 *
 * @param rawHeaders names and values by turns, as they came
 */
export function findAmbiguity(rawHeaders: readonly string[]): Ambiguity | undefined {
  let seen = '';
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const given = rawHeaders[index]!;
    if (!lengths.has(given.length)) continue;
    const name = given.toLowerCase();
    if (!singular.has(name)) continue;
    const mark = `${name}\n`;
    if (seen.includes(mark))
      return { status: 400, message: `The header ${name} stands there more than once.` };
    seen += mark;
    const value = rawHeaders[index + 1]!;
    if (name === 'transfer-encoding' && value.toLowerCase() !== 'chunked')
      return { status: 400, message: 'Of transfer codings only chunked is understood.' };
    if (name === 'content-encoding' && value.toLowerCase() !== 'identity')
      return { status: 415, message: 'Bodies are read as they come: send it without a content encoding.' };
  }
  return undefined;
}
