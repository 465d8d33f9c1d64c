import { stringArgument } from '@kronos/operations';
import { type ConstDirectiveNode, Kind, parse } from 'graphql';
import { declaredDirective } from '../supergraph/declared-directive.ts';

/** What `@cacheControl` says of a field or a type. */
export interface CacheHint {
  /** In seconds; undefined when it is not said. */
  maxAge?: number;
  isPublic?: boolean;
  inheritMaxAge?: boolean;
}

/** The `@cacheControl` declarations of a supergraph by coordinate: `Type` or `Type.field`. */
export type CacheHints = ReadonlyMap<string, CacheHint>;

const specification = /\/cacheControl\/v0\.1\/?$/;

/**
 * Reads `@cacheControl` from the full SDL of a supergraph, which has it from subgraphs that compose it. Of several
 * declarations for one coordinate the shortest time and the narrowest scope count.
 *
 * @throws Error for a time that is none
 */
export function readCacheHints(supergraphSdl: string): CacheHints {
  const hints = new Map<string, CacheHint>();
  // Most graphs say nothing of it.
  if (!supergraphSdl.includes('/cacheControl/v0.1')) return hints;
  const document = parse(supergraphSdl, { noLocation: true });
  const name = declaredDirective(document, specification, 'cacheControl');

  function read(coordinate: string, directives: readonly ConstDirectiveNode[] = []): void {
    for (const directive of directives) {
      if (directive.name.value !== name) continue;
      const hint = toHint(directive, coordinate);
      const known = hints.get(coordinate);
      hints.set(coordinate, known ? strictest(known, hint) : hint);
    }
  }

  for (const definition of document.definitions) {
    switch (definition.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION:
        for (const field of definition.fields ?? [])
          read(`${definition.name.value}.${field.name.value}`, field.directives);
        read(definition.name.value, definition.directives);
        break;
      case Kind.UNION_TYPE_DEFINITION:
        read(definition.name.value, definition.directives);
    }
  }
  return hints;
}

function toHint(directive: ConstDirectiveNode, coordinate: string): CacheHint {
  const argument = (wanted: string) => directive.arguments?.find(({ name }) => name.value === wanted)?.value;
  const maxAge = argument('maxAge');
  const seconds = maxAge?.kind === Kind.INT ? Number(maxAge.value) : undefined;
  if (seconds !== undefined && seconds < 0)
    throw new Error(`@cacheControl(maxAge: ${seconds}) on ${coordinate}: expected seconds from 0 on.`);
  const inherits = argument('inheritMaxAge');
  const scope = stringArgument(directive, 'scope');
  return {
    maxAge: seconds,
    ...(scope && { isPublic: scope === 'PUBLIC' }),
    inheritMaxAge: inherits?.kind === Kind.BOOLEAN && inherits.value,
  };
}

function strictest(one: CacheHint, other: CacheHint): CacheHint {
  const times = [one.maxAge, other.maxAge].filter((time) => time !== undefined);
  return {
    ...(times.length > 0 && { maxAge: Math.min(...times) }),
    isPublic: one.isPublic === true && other.isPublic === true,
    inheritMaxAge: one.inheritMaxAge === true && other.inheritMaxAge === true,
  };
}
