import { type Span, type Tracing, tracing } from '@kronos/telemetry';
import {
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
} from 'graphql';

type Resolve = GraphQLFieldResolver<unknown, object>;
type ResolveReference = (reference: object, context: object, info: unknown) => unknown;

/** Where Apollo's schema has what a subgraph calls `__resolveReference`. */
interface EntityExtensions {
  apollo?: { subgraph?: { resolveReference?: ResolveReference } };
}

/** The references to one type in one request, which are resolved together. */
interface References {
  traced: Tracing;
  span: Span;
  count: number;
  open: number;
}

/**
 * Gives each resolver of a root field a span, and all calls of a type's `__resolveReference` in a request one: they come
 * together, and their rows are loaded together. Other fields have none.
 *
 * @param schema changed in place
 */
export function traceResolvers(schema: GraphQLSchema): void {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const subgraph = (type.extensions as EntityExtensions).apollo?.subgraph;
    if (subgraph?.resolveReference)
      subgraph.resolveReference = traceReferences(type.name, subgraph.resolveReference);
    if (roots.some((root) => root === type)) Object.values(type.getFields()).forEach(traceField);
  }

  function traceField(field: GraphQLField<unknown, object>): void {
    const { name, resolve } = field;
    if (!resolve || name.startsWith('_')) return;
    field.resolve = tracedResolver(name, resolve);
  }
}

function tracedResolver(field: string, resolve: Resolve): Resolve {
  return (parent, args, context, info) => {
    if (!tracing?.active()?.isRecording) return resolve(parent, args, context, info);
    const type = info.parentType.name;
    const attributes = { 'graphql.field.name': field, 'graphql.field.parent_type': type };
    return tracing.within(`${type}.${field}`, { attributes }, (span) =>
      failingWithCode(span, () => resolve(parent, args, context, info)),
    );
  };
}

function traceReferences(type: string, resolve: ResolveReference): ResolveReference {
  const running = new WeakMap<object, References>();

  function begin(context: object): References | undefined {
    if (!tracing?.active()?.isRecording) return undefined;
    const attributes = { 'graphql.field.name': '__resolveReference', 'graphql.field.parent_type': type };
    const span = tracing.start(`${type}.__resolveReference`, { attributes });
    const begun = { traced: tracing, span, count: 0, open: 0 };
    running.set(context, begun);
    return begun;
  }

  function end(context: object, references: References): void {
    references.open--;
    if (references.open > 0) return;
    running.delete(context);
    references.span.set({ 'kronos.references': references.count });
    references.span.end();
  }

  return (reference, context, info) => {
    const references = running.get(context) ?? begin(context);
    if (!references) return resolve(reference, context, info);
    references.count++;
    references.open++;
    // Not before the next tick: until then the others of the same request have begun, too.
    const over = () => end(context, references);
    const { traced, span } = references;
    const settled = traced.run(span, async () => {
      return failingWithCode(span, () => resolve(reference, context, info));
    });
    settled.then(over, over);
    return settled;
  };
}

/** Notes the code of what a call throws, or rejects with. */
function failingWithCode<Result>(span: Span, call: () => Result): Result {
  const failed = (error: unknown): never => {
    const code = (error as { extensions?: { code?: unknown } }).extensions?.code;
    span.fail(String(code ?? (error as Error).name));
    throw error;
  };
  try {
    const result = call();
    return result instanceof Promise ? (result.catch(failed) as Result) : result;
  } catch (error) {
    return failed(error);
  }
}
