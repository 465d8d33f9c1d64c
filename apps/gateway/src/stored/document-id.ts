import { codedError } from '@kronos/engine';

const shape = /^sha256:([0-9a-f]{64})$/;

/**
 * The body of a request with its document named as Apollo's clients name it, when it is named as GraphQL over HTTP does,
 * by `documentId`. Whoever reads the body after this need know one way only.
 *
 * @param body parsed, whatever it is
 * @throws a coded error BAD_REQUEST when the id is no hash
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-Appendix-Persisted-Documents
 */
export function withPersistedQuery(body: unknown): unknown {
  if (!isRecord(body) || body.documentId === undefined) return body;
  const { documentId, ...rest } = body;
  if (documentId === null) return rest;
  const { extensions } = rest;
  // Whoever refuses such a body says what is wrong with it.
  if (extensions !== undefined && extensions !== null && !isRecord(extensions)) return rest;
  return { ...rest, extensions: { ...extensions, persistedQuery: persistedQuery(documentId) } };
}

/** The same for the query of a URL, e.g. `?documentId=sha256:…`. */
export function searchWithPersistedQuery(search: string): string {
  if (!search.includes('documentId=')) return search;
  const parameters = new URLSearchParams(search);
  const [documentId, ...others] = parameters.getAll('documentId');
  if (documentId === undefined) return search;
  if (others.length > 0) throw refused('There may be only one documentId.');
  const extensions = readExtensions(parameters.get('extensions'));
  parameters.delete('documentId');
  if (extensions)
    parameters.set(
      'extensions',
      JSON.stringify({ ...extensions, persistedQuery: persistedQuery(documentId) }),
    );
  return `?${parameters}`;
}

function persistedQuery(documentId: unknown) {
  const sha256Hash = typeof documentId === 'string' ? shape.exec(documentId)?.[1] : undefined;
  if (sha256Hash) return { version: 1, sha256Hash };
  throw refused('A documentId is “sha256:” and the SHA-256 of the document in 64 hexadecimal digits.');
}

/** Undefined for what is no object: whoever reads it next refuses it. */
function readExtensions(text: string | null): Record<string, unknown> | undefined {
  if (!text) return {};
  try {
    const extensions: unknown = JSON.parse(text);
    return isRecord(extensions) ? extensions : undefined;
  } catch {
    return undefined;
  }
}

function refused(message: string) {
  const error = codedError(message, { code: 'BAD_REQUEST' });
  error.extensions.http = { status: 400 };
  return error;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
