import { SealedFieldError } from './declaration.ts';
import type { FieldPlan, ModelPlan } from './model-plans.ts';
import { type Shape, selectWithPerson } from './selection.ts';

/** What a query is rewritten with. */
export interface Rewriting {
  plans: ReadonlyMap<string, ModelPlan>;
  hash(field: FieldPlan, value: string): string;
  seal(field: FieldPlan, person: string, value: unknown): string;
}

type Json = Record<string, unknown>;

/** A query as the database gets it, and the shape of what it answers with. */
export interface RewrittenQuery {
  args: Json;
  shape: Shape;
}

/** What Prisma calls the parts that have filters of this same model, or that name it by a unique constraint. */
const filters = ['where', 'cursor', 'having'] as const;
/** Nested writes that have nothing but filters. */
const finding = new Set(['connect', 'disconnect', 'set', 'delete', 'deleteMany']);

/**
 * Rewrites the arguments of a query, which stay as they are: values that are written are sealed, values that are looked for
 * are hashed, and whatever is needed to unseal the answer is selected.
 *
 * @throws SealedFieldError for what a sealed field cannot do
 */
export function rewriteQuery(
  model: ModelPlan,
  operation: string,
  args: Json,
  rewriting: Rewriting,
): RewrittenQuery {
  const { where } = args as { where?: Json };
  const changed: Json = {};
  switch (operation) {
    case 'findUnique':
    case 'findUniqueOrThrow':
    case 'findFirst':
    case 'findFirstOrThrow':
    case 'findMany':
    case 'delete':
    case 'deleteMany':
      break;
    case 'create':
    case 'createMany':
    case 'createManyAndReturn':
      changed.data = each(args.data, (data) => rewriteCreate(model, data, rewriting));
      break;
    case 'update':
    case 'updateMany':
    case 'updateManyAndReturn':
      changed.data = rewriteUpdate(model, args.data as Json, where, rewriting);
      break;
    case 'upsert':
      refuseOtherPerson(model, args.create as Json, where);
      changed.create = rewriteCreate(model, args.create as Json, rewriting);
      changed.update = rewriteUpdate(model, args.update as Json, where, rewriting);
      break;
    case 'count':
    case 'aggregate':
    case 'groupBy':
      refuseAggregates(model, args);
      return {
        args: rewriteFilters(model, args, rewriting),
        shape: { model, added: [], relations: new Map() },
      };
    default:
      throw new SealedFieldError(`${model.name}.${operation} is not known to seal and unseal fields.`);
  }
  return rewriteFind(model, { ...args, ...changed }, rewriting);
}

/** A query for rows, be it at the root or of a relation. */
function rewriteFind(model: ModelPlan, args: Json, rewriting: Rewriting): RewrittenQuery {
  const rewritten = rewriteFilters(model, args, rewriting);
  const shape = selectWithPerson(model, rewritten, rewriting.plans, (next, nested) =>
    rewriteFind(next, nested, rewriting),
  );
  return { args: rewritten, shape };
}

function rewriteFilters(model: ModelPlan, args: Json, rewriting: Rewriting): Json {
  const rewritten: Json = { ...args };
  for (const part of filters) if (args[part]) rewritten[part] = rewriteWhere(model, args[part], rewriting);
  each(args.orderBy, (order) => refuseOrder(model, order, rewriting));
  for (const field of [args.distinct ?? []].flat() as string[]) {
    const plan = model.sealed?.fields.get(field);
    if (plan && !plan.isSearchable) throw cannot(plan, 'be told apart');
  }
  return rewritten;
}

function rewriteWhere(model: ModelPlan, where: unknown, rewriting: Rewriting): unknown {
  return each(where, (filter) => {
    const rewritten: Json = {};
    for (const [name, value] of Object.entries(filter))
      rewritten[name] = rewriteCondition(model, name, value, rewriting);
    return rewritten;
  });
}

function rewriteCondition(model: ModelPlan, name: string, value: unknown, rewriting: Rewriting): unknown {
  if (value === undefined || value === null) return value;
  if (name === 'AND' || name === 'OR' || name === 'NOT') return rewriteWhere(model, value, rewriting);
  const field = model.sealed?.fields.get(name);
  if (field) return rewriteFilter(field, value, rewriting);
  refuseHidden(model, name);
  const next = rewriting.plans.get(model.relations.get(name) ?? '');
  if (next) return next.leadsToSealed ? rewriteRelationFilter(next, value as Json, rewriting) : value;
  // What is no field is a constraint of several: its own fields stand in it.
  return model.scalars.has(name) || typeof value !== 'object' ? value : rewriteWhere(model, value, rewriting);
}

const relationFilters = new Set(['is', 'isNot', 'some', 'every', 'none']);

function rewriteRelationFilter(model: ModelPlan, filter: Json, rewriting: Rewriting): unknown {
  const entries = Object.entries(filter);
  if (!entries.some(([name]) => relationFilters.has(name))) return rewriteWhere(model, filter, rewriting);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value && rewriteWhere(model, value, rewriting)]),
  );
}

/** What is equal has equal hashes: that is all that can be asked. */
function rewriteFilter(field: FieldPlan, filter: unknown, rewriting: Rewriting): unknown {
  const hashed = (value: unknown): unknown => {
    if (value === null || value === undefined) return value;
    if (!field.isSearchable || typeof value !== 'string') throw cannot(field, 'be searched by that');
    return rewriting.hash(field, value);
  };
  if (typeof filter !== 'object' || filter === null) return hashed(filter);
  const rewritten: Json = {};
  for (const [operator, value] of Object.entries(filter)) {
    if (operator === 'in' || operator === 'notIn') rewritten[operator] = (value as unknown[]).map(hashed);
    else if (operator === 'not') rewritten.not = rewriteFilter(field, value, rewriting);
    else if (operator === 'equals') rewritten.equals = hashed(value);
    else throw cannot(field, `be searched by “${operator}”`);
  }
  return rewritten;
}

function rewriteCreate(model: ModelPlan, data: Json, rewriting: Rewriting): Json {
  return rewriteData(model, data, data[model.sealed?.person ?? ''], rewriting);
}

function rewriteUpdate(model: ModelPlan, data: Json, where: Json | undefined, rewriting: Rewriting): Json {
  const { sealed } = model;
  if (!sealed) return rewriteData(model, data, undefined, rewriting);
  const person = personIn(where, sealed.person);
  if (data[sealed.person] !== undefined && data[sealed.person] !== person)
    throw new SealedFieldError(
      `${model.name}.${sealed.person} cannot change: what is sealed is sealed for them.`,
    );
  return rewriteData(model, data, person, rewriting);
}

function rewriteData(model: ModelPlan, data: Json, person: unknown, rewriting: Rewriting): Json {
  const rewritten: Json = {};
  for (const [name, value] of Object.entries(data)) {
    const field = model.sealed?.fields.get(name);
    if (field) Object.assign(rewritten, sealedData(model, field, person, value, rewriting));
    else {
      refuseHidden(model, name);
      rewritten[name] = value;
      const next = rewriting.plans.get(model.relations.get(name) ?? '');
      if (next?.leadsToSealed && value) rewritten[name] = rewriteNested(next, value as Json, rewriting);
    }
  }
  return rewritten;
}

function sealedData(
  model: ModelPlan,
  field: FieldPlan,
  person: unknown,
  given: unknown,
  rewriting: Rewriting,
): Json {
  const value = !field.isJson && isSet(given) ? given.set : given;
  // No value: also what Prisma calls DbNull, and its like.
  if (value === undefined) return {};
  if (value === null || isNullOfJson(value))
    return field.isSearchable ? { [field.name]: null, [field.sealedIn]: null } : { [field.name]: value };
  if (typeof person !== 'string')
    throw new SealedFieldError(
      `Who writes ${field.label} has to say whose it is: ${model.sealed?.person} in the data of what is created, in “where” of what is updated.`,
    );
  if (!field.isJson && typeof value !== 'string') throw cannot(field, 'be written so');
  // As the database writes ids, which it will say whose the row is.
  const sealed = rewriting.seal(field, person.toLowerCase(), value);
  return field.isSearchable
    ? { [field.name]: rewriting.hash(field, value as string), [field.sealedIn]: sealed }
    : { [field.name]: sealed };
}

/** Writes by way of another model. They do not say whose a row is, so what is sealed of it cannot be written by them. */
function rewriteNested(model: ModelPlan, writes: Json, rewriting: Rewriting): Json {
  const written = (data: unknown) => each(data, (one) => rewriteData(model, one, undefined, rewriting));
  const found = (where: unknown) => where && rewriteWhere(model, where, rewriting);
  const parts = (one: Json) => ({
    ...one,
    ...('where' in one && { where: found(one.where) }),
    ...('data' in one && { data: written(one.data) }),
    ...('create' in one && { create: written(one.create) }),
    ...('update' in one && { update: written(one.update) }),
  });
  return Object.fromEntries(
    Object.entries(writes).map(([kind, value]) => {
      if (typeof value !== 'object' || value === null) return [kind, value];
      if (finding.has(kind)) return [kind, found(value)];
      // To one row, an update may be no more than its data.
      const isData = kind === 'create' || (kind === 'update' && !Array.isArray(value) && !('data' in value));
      return [kind, isData ? written(value) : each(value, parts)];
    }),
  );
}

function refuseOtherPerson(model: ModelPlan, create: Json, where: Json | undefined): void {
  const { sealed } = model;
  if (sealed && personIn(where, sealed.person) !== create[sealed.person])
    throw new SealedFieldError(
      `${model.name}.upsert has to name the same ${sealed.person} in “where” and “create”.`,
    );
}

function refuseOrder(model: ModelPlan, order: Json, rewriting: Rewriting): Json {
  for (const [name, value] of Object.entries(order)) {
    const field = model.sealed?.fields.get(name);
    if (field) throw cannot(field, 'order anything');
    refuseHidden(model, name);
    const next = rewriting.plans.get(model.relations.get(name) ?? '');
    if (next && typeof value === 'object' && value !== null) refuseOrder(next, value as Json, rewriting);
  }
  return order;
}

function refuseAggregates(model: ModelPlan, args: Json): void {
  const asked = [
    ...([args.by ?? []].flat() as string[]),
    ...['_min', '_max'].flatMap((kind) => Object.keys((args[kind] as Json | undefined) ?? {})),
  ];
  for (const name of asked) {
    const field = model.sealed?.fields.get(name);
    if (field) throw cannot(field, 'be aggregated');
    refuseHidden(model, name);
  }
}

function refuseHidden(model: ModelPlan, name: string): void {
  if (model.sealed?.hidden.has(name))
    throw new SealedFieldError(`${model.name}.${name} is there for the sealing alone.`);
}

/** The person whom a filter names, so that it can find rows of nobody else. */
function personIn(where: Json | undefined, field: string): unknown {
  const named = where?.[field] as string | { equals?: unknown } | undefined;
  return typeof named === 'object' && named !== null ? named.equals : named;
}

function isSet(value: unknown): value is { set: unknown } {
  return typeof value === 'object' && value !== null && 'set' in value;
}

/** Prisma's DbNull, JsonNull and AnyNull are instances of classes; JSON never is. */
function isNullOfJson(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== null;
}

function each<Result>(value: unknown, change: (one: Json) => Result): Result | Result[] | undefined {
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.map((one) => change(one as Json)) : change(value as Json);
}

function cannot({ label }: FieldPlan, what: string): SealedFieldError {
  return new SealedFieldError(`${label} is sealed, and cannot ${what}.`);
}
