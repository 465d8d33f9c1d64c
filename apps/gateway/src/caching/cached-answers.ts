import type { Cache, CachedValue, CacheNamespace, Codec, Computed } from '@kronos/cache';
import { clientSignal, type Engine, type KnowEntities, type OnSubgraphAnswer, RawJson } from '@kronos/engine';
import type { ValidOperation } from '@kronos/operations';
import type { Logger } from '@kronos/service';
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import { Counter, type Registry } from 'prom-client';
import type { GatewayContext } from '../context.ts';
import { answerKey } from './answer-key.ts';
import type { AnswerPolicy } from './answer-policy.ts';
import { createCachedEntities, type EntityReading } from './cached-entities.ts';
import { Changes, subgraphTag } from './changes.ts';
import { tagOfId, tagsOfIds } from './entity-ids.ts';
import { isStranger, mayBeKept } from './may-be-kept.ts';

type Execute = Engine['execute'];
type OperationRequest = Parameters<Execute>[0];
type Result = Awaited<ReturnType<Execute>>;

export interface CachedAnswersOptions {
  cache: Cache;
  /** Undefined for an operation that is not cached. */
  policyOf(operation: ValidOperation): AnswerPolicy | undefined;
  /** A version of the graph; undefined when nothing of it is cached. */
  graphOf(schema: GraphQLSchema): EntityReading | undefined;
  /** Called when a mutation has been executed, before it is answered. */
  onChanged(): void;
  logger: Logger;
  metrics: Registry;
}

/** Answers of the engine that are kept for those who ask the same. */
export interface CachedAnswers {
  /** The engine, which executes only what is not cached, and invalidates what a mutation has changed before it answers. */
  over(engine: Engine): Engine;
  /** Hears which subgraphs were asked, and what they have changed. */
  onSubgraphAnswer: OnSubgraphAnswer;
  /** For fetches of answers that are not kept as a whole. */
  knowEntities: KnowEntities;
}

/** A whole answer without errors, and what its data has cost; the text alone when it came from the cache. */
interface Kept {
  measured: number | undefined;
  text: string;
  result?: Result;
}

/** Above what any field says: fields decide, and operators. */
const longestSeconds = 3_600;

/** @see the README, and docs/adr/0020 */
export function createCachedAnswers(options: CachedAnswersOptions): CachedAnswers {
  const { cache, policyOf, graphOf, onChanged, logger, metrics } = options;
  const namespace: CacheNamespace<Kept> = cache.namespace('responses', {
    ttlSeconds: longestSeconds,
    codec,
    description: 'Answers of the gateway to queries whose fields say `@cacheControl`.',
    tags: ['<type>:<uuid>', '<type>:*', '<type>:any', 'subgraph:<name>'],
  });
  const counted = new Counter({
    name: 'kronos_gateway_cached_answers_total',
    help: 'Queries that may be answered from the cache, by what came of it.',
    labelNames: ['outcome'],
    registers: [metrics],
  });

  function over(engine: Engine): Engine {
    const execute: Execute = async (request) => {
      const context = request.context as unknown as GatewayContext;
      const kind = request.operation?.operation;
      const graph = graphOf(request.schema);
      if (!graph) return engine.execute(request);
      if (kind === OperationTypeNode.MUTATION) return change(engine, request, context);
      // Queries alone: what a mutation or an event gives is as it is now.
      if (kind === OperationTypeNode.QUERY) context.entities = graph;
      const policy = kind === OperationTypeNode.QUERY ? policyOf(request as ValidOperation) : undefined;
      // What is withheld is told by errors, and those are never kept.
      if (!policy || request.withheld || policy.isPublic !== isStranger(context))
        return engine.execute(request);
      return read(engine, request, { context, policy, version: graph.version });
    };
    return { ...engine, execute };
  }

  async function read(
    engine: Engine,
    request: OperationRequest,
    { context, policy, version }: { context: GatewayContext; policy: AnswerPolicy; version: string },
  ): Promise<Result> {
    const key = answerKey(request, version, context);
    const found = await namespace.through(key, () => compute(engine, request, { context, policy }));
    counted.inc({ outcome: found.outcome.toLowerCase() });
    const { value, outcome } = found;
    if (context.notes && outcome !== 'BYPASS') context.notes.cached = toCached(found, policy);
    if (value.measured !== undefined) request.onMeasured?.(value.measured);
    return value.result ?? ({ data: new RawJson(value.text) } as unknown as Result);
  }

  async function compute(
    engine: Engine,
    request: OperationRequest,
    { context, policy }: { context: GatewayContext; policy: AnswerPolicy },
  ): Promise<Computed<Kept>> {
    const reading = new Set<string>();
    let measured: number | undefined;
    // Others wait for it: it goes on when this client goes away.
    const own = { ...context, reading, [clientSignal]: undefined };
    const result = await engine.execute({
      ...request,
      context: own as unknown as Record<string, unknown>,
      onMeasured: (sum) => {
        measured = sum;
      },
    });
    const { data } = result as { data?: unknown };
    const text = data instanceof RawJson ? data.text : undefined;
    const isStorable = text !== undefined && !result.errors && mayBeKept(context);
    return {
      value: { measured, text: text ?? '', result },
      isStorable,
      ttlSeconds: policy.maxAge,
      tags: isStorable ? [...tagsOf(request, context, { policy, text, reading })] : [],
    };
  }

  async function change(engine: Engine, request: OperationRequest, context: GatewayContext): Promise<Result> {
    const changes = new Changes();
    context.changes = changes;
    let result: Result | undefined;
    try {
      result = await engine.execute(request);
      return result;
    } finally {
      onChanged();
      const data = (result as { data?: unknown } | undefined)?.data;
      const texts = [
        JSON.stringify(request.request.variables ?? {}),
        request.document.loc?.source.body ?? '',
      ];
      if (data instanceof RawJson) texts.push(data.text);
      for (const tag of tagsOfIds(texts.join(' '))) changes.tags.add(tag);
      // What goes wrong here, the events make good: the mutation is done, and has to be answered.
      await cache
        .invalidate({ tags: [...changes.tags].filter((tag) => tag.length <= 200) })
        .catch((error) => {
          logger.warn({ err: error }, 'what a mutation has changed could not be invalidated at once');
        });
    }
  }

  return {
    over,
    knowEntities: createCachedEntities(cache, metrics),
    onSubgraphAnswer(context, subgraph, headers, isRead) {
      const { reading, changes } = context as unknown as GatewayContext;
      reading?.add(subgraphTag(subgraph));
      if (!isRead) changes?.hear(subgraph, headers);
    },
  };
}

function tagsOf(
  { request, document }: OperationRequest,
  { caller }: GatewayContext,
  { policy, text, reading }: { policy: AnswerPolicy; text: string; reading: ReadonlySet<string> },
): Set<string> {
  const asked = `${JSON.stringify(request.variables ?? {})} ${document.loc?.source.body ?? ''}`;
  const tags = tagsOfIds(`${asked} ${text}`);
  for (const tag of policy.tags) tags.add(tag);
  for (const tag of reading) tags.add(tag);
  for (const type of policy.types) {
    tags.add(`${type}:any`);
    // What is not there now may be there later.
    if (text.includes(':null')) tags.add(`${type}:*`);
  }
  // Whatever happens to them may change what they see.
  const viewer = caller.viewer && tagOfId(caller.viewer.userId);
  if (viewer) tags.add(viewer);
  return tags;
}

function toCached({ outcome, ageMs, freshMs }: CachedValue<Kept>, { maxAge, isPublic }: AnswerPolicy) {
  return { isHit: outcome !== 'MISS', ageSeconds: Math.floor(ageMs / 1_000), freshMs, maxAge, isPublic };
}

/** The cost, a line break, and the data as it is sent. */
const codec: Codec<Kept> = {
  encode: ({ measured, text }) => `${measured ?? ''}\n${text}`,
  decode(encoded) {
    const end = encoded.indexOf('\n');
    const measured = encoded.slice(0, end);
    return { measured: measured === '' ? undefined : Number(measured), text: encoded.slice(end + 1) };
  },
};
