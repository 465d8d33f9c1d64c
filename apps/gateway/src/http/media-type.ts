import { LRUCache } from 'lru-cache';

/** In the order of preference when a client does not mind. */
const offered = ['application/json', 'application/graphql-response+json'] as const;

export type JsonMediaType = (typeof offered)[number];

/** `accept` headers whose type is remembered: clients have few. */
const remembered = new LRUCache<string, { type: JsonMediaType | undefined }>({ max: 200 });

/**
 * The media type of a JSON answer that an `accept` header asks for: by quality, then by how exactly it is named, then by
 * which is named first. The type decides on the HTTP status that failed operations have.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes
 */
export function mediaTypeFor(accept?: string): JsonMediaType {
  return acceptedMediaType(accept) ?? offered[0];
}

/** The same, but undefined when neither type is acceptable. */
export function acceptedMediaType(accept = '*/*'): JsonMediaType | undefined {
  let known = remembered.get(accept);
  if (!known) {
    known = { type: negotiate(accept) };
    remembered.set(accept, known);
  }
  return known.type;
}

function negotiate(accept: string): JsonMediaType | undefined {
  const ranges = accept.split(',').map((range, order) => {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return { name, order, quality: quality ? Number(quality.slice(2)) : 1 };
  });
  const rank = (type: JsonMediaType) => {
    const names = [type, 'application/*', '*/*'];
    const range = names.map((name) => ranges.find((candidate) => candidate.name === name)).find(Boolean);
    return range ? [range.quality, -names.indexOf(range.name), -range.order] : [-1, 0, 0];
  };
  const [json, graphql] = offered.map(rank) as [number[], number[]];
  if (!(Math.max(json[0]!, graphql[0]!) > 0)) return undefined;
  const decisive = json.findIndex((value, index) => value !== graphql[index]);
  return decisive >= 0 && graphql[decisive]! > json[decisive]! ? offered[1] : offered[0];
}
