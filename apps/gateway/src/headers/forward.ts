import type { IncomingHttpHeaders } from 'node:http';

/** Those of a request's headers that are on the list, by their names in lower case. */
export function pickHeaders(names: readonly string[], headers: IncomingHttpHeaders): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) picked[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return picked;
}
