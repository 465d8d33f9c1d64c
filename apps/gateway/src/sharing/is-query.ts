/** As a word of its own anywhere in a document: without it, no operation of the document is anything but a query. */
const otherOperation = /\b(?:mutation|subscription)\b/;

/**
 * Whether a request can be nothing but a query. What is not sure is none: a document that has a mutation beside the query
 * that is meant, or that is named by its hash alone.
 *
 * @param body parsed
 */
export function isQuery(method: string, body: unknown): boolean {
  // Apollo Server refuses mutations by GET.
  if (method === 'GET') return true;
  if (method !== 'POST' || typeof body !== 'object' || body === null || !('query' in body)) return false;
  return typeof body.query === 'string' && !otherOperation.test(body.query);
}
