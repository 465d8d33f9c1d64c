/** A part of a path between two slashes. */
export type PathSegment = { literal: string } | { parameter: string };

/** A path that is no template; its message says what to do. */
export class PathTemplateError extends Error {
  override readonly name = 'PathTemplateError';
}

const literal = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+$/;
const parameter = /^\{([A-Za-z_][A-Za-z0-9_]*)\}$/;

/**
 * The segments of a path template such as `/events/{id}`, as OpenAPI writes it; a parameter fills one segment.
 *
 * @throws PathTemplateError
 * @see https://spec.openapis.org/oas/v3.1.0#paths-object
 */
export function parsePathTemplate(path: string): PathSegment[] {
  if (!path.startsWith('/') || path === '/')
    throw new PathTemplateError('A path begins with “/” and names something, such as “/events/{id}”.');
  const segments = path.slice(1).split('/').map(parseSegment);
  const names = segments.flatMap((segment) => ('parameter' in segment ? [segment.parameter] : []));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice)
    throw new PathTemplateError(`The path has the parameter “{${twice}}” twice: name each one once.`);
  return segments;
}

function parseSegment(text: string): PathSegment {
  const name = parameter.exec(text)?.[1];
  if (name) return { parameter: name };
  if (text === '')
    throw new PathTemplateError('The path has an empty segment: leave out the additional “/”.');
  if (text === '.' || text === '..')
    throw new PathTemplateError(
      `The path has the segment “${text}”, which clients resolve away: leave it out.`,
    );
  if (literal.test(text) && isPlain(text)) return { literal: text };
  throw new PathTemplateError(
    `The segment “${text}” is neither the text of a path nor one parameter in braces, such as “{id}”.`,
  );
}

/** Whether a path's text means nothing else once it is decoded: not a slash, nor the beginning of a query. */
function isPlain(text: string): boolean {
  try {
    return !/[/?*]/.test(decodeURIComponent(text));
  } catch {
    return false;
  }
}

/** Paths that are the gateway's own, with everything below them. */
const reserved = ['graphql', 'health', 'ready', 'metrics', 'explorer', 'openapi.json', 'oauth', 'account'];

/** Whether a path that begins with this segment belongs to the gateway itself, so that no route can have it. */
export function isReserved(segment: string): boolean {
  return reserved.includes(segment.toLowerCase());
}

/** What two paths have in common that match the same requests: `/events/{}` for `/events/{id}` and `/events/{slug}`. */
export function pathPattern(segments: readonly PathSegment[]): string {
  return segments.map((segment) => `/${'literal' in segment ? segment.literal : '{}'}`).join('');
}
