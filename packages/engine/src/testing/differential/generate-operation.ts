import {
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
} from 'graphql';
import type { Choices } from './choices.ts';
import { generateArguments, type VariableBag } from './generate-arguments.ts';
import { mendOperation } from './mend-operation.ts';

export interface Operation {
  query: string;
  variables: Record<string, unknown>;
}

/** What is shared by all parts of one operation. */
interface Draft {
  schema: GraphQLSchema;
  choices: Choices;
  variables: VariableBag;
  /** Name → type condition and body. */
  fragments: Map<string, { on: string; body: string }>;
  /** How many fields may still be selected. */
  budget: number;
}

/**
 * A valid operation over a schema: aliases that look like conflicts and are none, fragments on every kind of type, named
 * and inline, `@skip` and `@include` by literal and by variable, `__typename` anywhere, arguments in every form.
 */
export function generateOperation(choices: Choices, schema: GraphQLSchema): Operation {
  const variables: VariableBag = { definitions: new Map(), values: {} };
  const draft: Draft = { schema, choices, variables, fragments: new Map(), budget: choices.integer(3, 28) };
  const isMutation = schema.getMutationType() && choices.chance(0.3);
  const root = isMutation ? schema.getMutationType()! : schema.getQueryType()!;
  const body = generateSelections(draft, root, 0);
  const declared = [...variables.definitions].map(([name, type]) => `$${name}: ${type}`).join(', ');
  const fragments = [...draft.fragments].map(([name, { on, body }]) => `fragment ${name} on ${on} ${body}`);
  const kind = isMutation ? 'mutation' : 'query';
  const query = [`${kind} Generated${declared && `(${declared})`} ${body}`, ...fragments].join('\n');
  return mendOperation(schema, { query, variables: variables.values });
}

function generateSelections(draft: Draft, type: GraphQLCompositeType, depth: number): string {
  const { choices } = draft;
  const length = choices.integer(1, depth === 0 ? 3 : 4);
  const selections = Array.from({ length }, () => generateSelection(draft, type, depth));
  return `{ ${selections.join(' ')} }`;
}

function generateSelection(draft: Draft, type: GraphQLCompositeType, depth: number): string {
  const { choices, schema } = draft;
  if (draft.budget-- <= 0 || choices.chance(0.08)) {
    return `${choices.chance(0.15) ? 'id: ' : ''}__typename${directives(draft)}`;
  }
  if (depth === 0 && choices.chance(0.03)) return introspection(draft);
  if (choices.chance(isAbstractType(type) ? 0.6 : 0.15)) return fragment(draft, type, depth);
  const fields = isUnionType(type) ? [] : Object.values(type.getFields());
  const usable = depth < 5 ? fields : fields.filter((field) => !isCompositeType(getNamedType(field.type)));
  if (usable.length === 0) return '__typename';
  const field = choices.pick(usable);
  const named: GraphQLNamedType = getNamedType(field.type);
  const alias = choices.chance(0.3) ? `${choices.pick(['x', 'y', 'id', choices.pick(fields).name])}: ` : '';
  const args = generateArguments(choices, field.args, draft.variables);
  const start = `${alias}${field.name}${args}${directives(draft)}`;
  const selected = isCompositeType(named)
    ? ` ${generateSelections(draft, schema.getType(named.name) as GraphQLCompositeType, depth + 1)}`
    : '';
  return start + selected;
}

function fragment(draft: Draft, type: GraphQLCompositeType, depth: number): string {
  const { choices, schema, fragments } = draft;
  const options = overlapping(schema, type);
  const on = choices.pick([type, ...options]);
  if (choices.chance(0.6)) {
    const condition = on === type && choices.chance(0.5) ? '' : ` on ${on.name}`;
    const applied = condition ? on : type;
    return `...${condition}${directives(draft)} ${generateSelections(draft, applied, depth + 1)}`;
  }
  const names = new Set([type, ...options].map(({ name }) => name));
  const known = [...fragments].filter(([, { on: target, body }]) => names.has(target) && body);
  if (known.length > 0 && choices.chance(0.4)) return `...${choices.pick(known)[0]}${directives(draft)}`;
  const name = `F${fragments.size}`;
  // Reserved before its body is made, and without one, so that no fragment comes to spread itself.
  fragments.set(name, { on: on.name, body: '' });
  fragments.set(name, { on: on.name, body: generateSelections(draft, on, depth + 1) });
  return `...${name}${directives(draft)}`;
}

/** Types on which a fragment may apply within `type`. */
function overlapping(schema: GraphQLSchema, type: GraphQLCompositeType): GraphQLCompositeType[] {
  const possible = (of: GraphQLCompositeType) => (isAbstractType(of) ? schema.getPossibleTypes(of) : [of]);
  const own = new Set(possible(type).map(({ name }) => name));
  return Object.values(schema.getTypeMap()).filter(
    (other): other is GraphQLCompositeType =>
      isCompositeType(other) &&
      other !== type &&
      !other.name.startsWith('__') &&
      possible(other).some(({ name }) => own.has(name)),
  );
}

function directives({ choices, variables }: Draft): string {
  if (!choices.chance(0.1)) return '';
  const name = choices.pick(['skip', 'include']);
  if (choices.chance(0.3)) return ` @${name}(if: ${choices.chance(0.5)})`;
  const variable = `b${choices.integer(0, 2)}`;
  if (!variables.definitions.has(variable)) {
    const hasDefault = choices.chance(0.5);
    variables.definitions.set(variable, hasDefault ? 'Boolean! = true' : 'Boolean!');
    if (!hasDefault || choices.chance(0.5)) variables.values[variable] = choices.chance(0.5);
  }
  const both = choices.chance(0.1) ? ` @${name === 'skip' ? 'include' : 'skip'}(if: $${variable})` : '';
  return ` @${name}(if: $${variable})${both}`;
}

function introspection({ choices, schema }: Draft): string {
  const type = choices.pick(Object.keys(schema.getTypeMap()));
  return choices.pick([
    '__schema { queryType { name fields { name } } }',
    `shape: __type(name: "${type}") { kind name possibleTypes { name } enumValues { name } }`,
  ]);
}
