import type { Answer, Client, Json } from '../kit/client.ts';
import type { AskedField } from './walk.ts';

/**
 * What a caller gets of a field: `value`, `null`, or the code of the error. `–` stands where there is no object to have
 * the field, and nobody says why.
 */
export async function outcomeOf(caller: Client, { document, path }: AskedField): Promise<string> {
  const { data, errors } = await caller.query(document);
  if (errors) return codesOf({ errors });
  let value: Json = data;
  for (const [index, step] of path.entries()) {
    value = firstOf(value)?.[step];
    if (firstOf(value) === undefined || firstOf(value) === null)
      return index === path.length - 1 ? told(value) : '–';
  }
  return 'value';
}

/** An empty list is a value, too. */
function told(value: Json): string {
  return Array.isArray(value) && value.length === 0 ? 'value' : 'null';
}

function firstOf(value: Json): Json {
  return Array.isArray(value) ? firstOf(value[0]) : value;
}

export function codesOf({ errors = [] }: Pick<Answer, 'errors'>): string {
  return [...new Set(errors.map(({ extensions }) => String(extensions.code)))].sort().join('+');
}

/** What becomes of a mutation: `done`, the codes of its user errors, or the code of the error. */
export async function outcomeOfMutation(caller: Client, name: string, call: string): Promise<string> {
  const { data, errors } = await caller.query(`mutation { ${call} { userErrors { code } } }`);
  if (errors) return codesOf({ errors });
  const codes: string[] = data[name].userErrors.map(({ code }: { code: string }) => code);
  return codes.length > 0 ? `(${[...new Set(codes)].sort().join('+')})` : 'done';
}

/** Whether a subscription opens: `open`, or the code of the error. */
export async function outcomeOfSubscription(caller: Client, call: string): Promise<string> {
  const abort = new AbortController();
  const response = await fetch(caller.url, {
    method: 'POST',
    signal: abort.signal,
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(caller.token && { authorization: `Bearer ${caller.token}` }),
    },
    body: JSON.stringify({ query: `subscription { ${call} { __typename } }` }),
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const { value = '' } = await reader.read();
  abort.abort();
  return /"code":"(\w+)"/.exec(value)?.[1] ?? 'open';
}
