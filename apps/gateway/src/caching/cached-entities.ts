import { hash } from 'node:crypto';
import { type Cache, type CacheNamespace, text } from '@kronos/cache';
import type { EntityFetch, KnowEntities, KnownEntities } from '@kronos/engine';
import { Counter, type Registry } from 'prom-client';
import type { GatewayContext } from '../context.ts';
import { entityKey } from './answer-key.ts';
import { compileEntityPolicy, type EntityPolicy } from './answer-policy.ts';
import type { CacheHints } from './cache-hints.ts';
import { subgraphTag } from './changes.ts';
import { tagsOfIds } from './entity-ids.ts';
import { isStranger, mayBeKept } from './may-be-kept.ts';

/** What the context of a query has so that entities are looked for in the cache. */
export interface EntityReading {
  version: string;
  hints: CacheHints;
}

/** Above what any type or field says: these decide, and operators. */
const longestSeconds = 3_600;
/** More than these a fetch does not look for: its answer is the quicker way. */
const mostAtOnce = 500;

/**
 * Entities that subgraphs have given to strangers, for everybody's queries: what is `PUBLIC`, and what who has no rights may
 * see, is the same for who has some. What who has credentials is given is never kept, whatever it says of itself.
 *
 * @see docs/adr/0020
 */
export function createCachedEntities(cache: Cache, metrics: Registry): KnowEntities {
  const namespace: CacheNamespace<string> = cache.namespace('entities', {
    ttlSeconds: longestSeconds,
    codec: text,
    description: 'What subgraphs have said of entities whose fields all say `@cacheControl(scope: PUBLIC)`.',
    tags: ['<type>:<uuid>', '<type>:*', '<type>:any', 'subgraph:<name>'],
  });
  const counted = new Counter({
    name: 'kronos_gateway_cached_entities_total',
    help: 'Entities that were looked for in the cache, by what came of it.',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  const policies = new WeakMap<EntityFetch, { policy: EntityPolicy | undefined }>();

  /** Decided once for a fetch, which is of one version of the graph. */
  function policyOf(fetch: EntityFetch, hints: CacheHints): EntityPolicy | undefined {
    let known = policies.get(fetch);
    if (!known) {
      known = { policy: compileEntityPolicy(fetch.schema, fetch.operation, hints) };
      policies.set(fetch, known);
    }
    return known.policy?.isPublic ? known.policy : undefined;
  }

  return (scope, fetch, asked) => {
    const context = scope as unknown as GatewayContext;
    const { entities } = context;
    const policy = entities && policyOf(fetch, entities.hints);
    if (!policy) return undefined;
    const { variables, representations } = asked();
    if (representations.length > mostAtOnce) return undefined;
    return find(context, { fetch, policy, variables, representations, version: entities.version });
  };

  async function find(context: GatewayContext, looking: Looking): Promise<KnownEntities> {
    const { fetch, policy, variables, representations, version } = looking;
    const beginning = entityKey(fetch, variables, version, context);
    const keys = representations.map((one) => hash('sha256', `${beginning}${one}`, 'base64url'));
    const found = await namespace.find(keys);
    const tagsOf = (place: number, said: string) =>
      tagsOfEntity(fetch.subgraph, policy, `${variables} ${representations[place]!}`, said);
    let hits = 0;
    for (const [place, said] of found.values.entries()) {
      if (said === undefined) continue;
      hits += 1;
      // An answer that is made of it ends with it.
      if (context.reading) for (const tag of tagsOf(place, said)) context.reading.add(tag);
    }
    if (hits > 0) counted.inc({ outcome: 'hit' }, hits);
    if (hits < keys.length) counted.inc({ outcome: 'miss' }, keys.length - hits);
    return {
      texts: found.values,
      keep(place, said) {
        if (!isStranger(context) || !mayBeKept(context)) return;
        void found.save(place, {
          value: said,
          ttlSeconds: policy.maxAge,
          tags: [...tagsOf(place, said)],
        });
      },
    };
  }
}

interface Looking {
  fetch: EntityFetch;
  policy: EntityPolicy;
  variables: string;
  representations: readonly string[];
  version: string;
}

/** What an entity ends with: as an answer does, with each entity that it names, and its subgraph. */
function tagsOfEntity(subgraph: string, policy: EntityPolicy, asked: string, said: string): Set<string> {
  const tags = tagsOfIds(`${asked} ${said}`);
  const named = new Set([...tags].map((tag) => tag.slice(0, tag.indexOf(':'))));
  for (const tag of policy.tags) tags.add(tag);
  for (const type of policy.types) {
    tags.add(`${type}:any`);
    // By another key than its id it may be any; and what it leads to and is not there now may be there later.
    if (!named.has(type) || (!policy.isFlat && said.includes(':null'))) tags.add(`${type}:*`);
  }
  return tags.add(subgraphTag(subgraph));
}
