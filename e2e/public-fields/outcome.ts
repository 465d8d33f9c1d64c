import type { Answer, Client, Json } from '../kit/client.ts';
import type { AskedField } from './walk.ts';

/** What a caller gets of a field. */
export async function outcomeOf(caller: Client, { document, path }: AskedField): Promise<string> {
  const answer = await caller.query(document);
  return answer.errors ? codesOf(answer) : told(answer.data, path);
}

/** `value`, `null`, or `–` where there is no object to have the field, and nobody says why. */
export function told(data: Json, path: readonly string[]): string {
  const [step, ...below] = path;
  const value = firstOf(data)?.[step!];
  // An empty list is a value, too: it says that there is nothing.
  if (below.length === 0) return value === null || value === undefined ? 'null' : 'value';
  return firstOf(value) ? told(value, below) : '–';
}

function firstOf(value: Json): Json {
  return Array.isArray(value) ? firstOf(value[0]) : value;
}

/** The codes of an answer's errors. */
export function codesOf({ errors = [] }: Pick<Answer, 'errors'>): string {
  return [...new Set(errors.map(({ extensions }) => String(extensions.code)))].sort().join('+');
}
