import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';
import type { Dice } from './dice.ts';
import { generateValue, type KnownIds } from './values.ts';

export interface Operation {
  query: string;
  variables: Record<string, unknown>;
}

/** What costs seconds, or ends the sessions that the fuzzing is done with. */
const leftOut = new Set(['userSignUp', 'sessionCreate', 'sessionRevoke', 'sessionsRevokeAll']);

/** What is shared by all parts of one operation. */
interface Draft {
  dice: Dice;
  schema: GraphQLSchema;
  ids: KnownIds;
  definitions: string[];
  variables: Record<string, unknown>;
  fragments: string[];
  /** Fields that may still be selected. */
  budget: number;
  /** Makes names different from each other. */
  count: number;
}

/**
 * An operation over a schema that is valid, but for values that do not fit: every field with arguments under an alias of its own,
 * so that nothing conflicts; named and inline fragments, directives, arguments as variables. Values are always variables: a wrong
 * one then is refused when it is read, and the rest of the way is tried, too.
 */
export function generateOperation(dice: Dice, schema: GraphQLSchema, ids: KnownIds): Operation {
  const kind = dice.pick(['query', 'query', 'query', 'query', 'mutation', 'subscription'] as const);
  const root = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  }[kind]!;
  const draft: Draft = {
    dice,
    schema,
    ids,
    definitions: [],
    variables: {},
    fragments: [],
    budget: 1 + dice.below(25),
    count: 0,
  };
  const body = kind === 'query' ? selections(draft, root, 0) : `{ ${rootField(draft, root)} }`;
  const declared = draft.definitions.length > 0 ? `(${draft.definitions.join(', ')})` : '';
  const query = [`${kind} Fuzz${declared} ${body}`, ...draft.fragments].join('\n');
  return { query, variables: draft.variables };
}

/** The one field of a mutation or a subscription. */
function rootField(draft: Draft, root: GraphQLCompositeType): string {
  return fieldSelection(draft, draft.dice.pick(fieldsOf(root).filter(({ name }) => !leftOut.has(name))), 0);
}

function fieldsOf(type: GraphQLCompositeType): GraphQLField<unknown, unknown>[] {
  return isUnionType(type) ? [] : Object.values(type.getFields());
}

function selections(draft: Draft, type: GraphQLCompositeType, depth: number): string {
  const parts = Array.from({ length: 1 + draft.dice.below(3) }, () => selection(draft, type, depth));
  return `{ ${parts.join(' ')} }`;
}

function selection(draft: Draft, type: GraphQLCompositeType, depth: number): string {
  const { dice } = draft;
  if (draft.budget-- <= 0 || dice.chance(0.05)) return '__typename';
  if (dice.chance(isAbstractType(type) ? 0.6 : 0.12)) return fragment(draft, type, depth);
  const fields = fieldsOf(type);
  const usable = depth < 6 ? fields : fields.filter((field) => isLeafType(getNamedType(field.type)));
  return usable.length > 0 ? fieldSelection(draft, dice.pick(usable), depth) : '__typename';
}

function fieldSelection(draft: Draft, field: GraphQLField<unknown, unknown>, depth: number): string {
  const passed = field.args.flatMap((argument) => passArgument(draft, argument));
  const alias = passed.length > 0 || draft.dice.chance(0.1) ? `a${draft.count++}: ` : '';
  const named = getNamedType(field.type);
  const inner = isCompositeType(named) ? ` ${selections(draft, named, depth + 1)}` : '';
  return `${alias}${field.name}${passed.length > 0 ? `(${passed.join(', ')})` : ''}${directive(draft, depth)}${inner}`;
}

function passArgument(draft: Draft, argument: GraphQLArgument): string[] {
  const { dice, ids } = draft;
  if (!isRequiredArgument(argument) && dice.chance(0.5)) return [];
  const variable = `v${draft.count++}`;
  draft.definitions.push(`$${variable}: ${argument.type}`);
  if (isRequiredArgument(argument) || dice.chance(0.9))
    draft.variables[variable] = generateValue(dice, argument.type, ids);
  return [`${argument.name}: $${variable}`];
}

/** Not at the root, where a subscription must have its field. */
function directive({ dice }: Draft, depth: number): string {
  if (depth === 0 || dice.chance(0.94)) return '';
  return ` @${dice.pick(['skip', 'include'])}(if: ${dice.chance(0.5)})`;
}

function fragment(draft: Draft, type: GraphQLCompositeType, depth: number): string {
  const { dice, schema } = draft;
  const on = isAbstractType(type) ? dice.pick([type, ...schema.getPossibleTypes(type)]) : type;
  const name = `F${draft.count++}`;
  const body = selections(draft, on, depth + 1);
  if (dice.chance(0.5)) return `... on ${on.name} ${body}`;
  draft.fragments.push(`fragment ${name} on ${on.name} ${body}`);
  return `...${name}`;
}
