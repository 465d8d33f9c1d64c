import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  getNamedType,
  isInputObjectType,
  Kind,
  type ValueNode,
} from 'graphql';
import type { Costs } from './read-costs.ts';
import { sum, type Term } from './term.ts';

/** Something that takes a value: an argument or an input field. */
interface Input {
  coordinate: string;
  type: GraphQLInputType;
}

/**
 * What the arguments of a field cost: the weight of each that is given, and of the input fields inside. Without `@cost` an
 * input object weighs 1 and anything else nothing. A list weighs what its items do, and once more what `@cost` says, as in
 * the Apollo Router.
 *
 * @param owner the type that has the field
 */
export function costOfArguments(
  { weights }: Costs,
  owner: string,
  node: FieldNode,
  args: readonly GraphQLArgument[],
): Term {
  function givenWeightOf({ coordinate }: Input, type: GraphQLNamedInputType): number | undefined {
    return weights.get(coordinate) ?? weights.get(type.name);
  }

  function weightOf(input: Input, type: GraphQLNamedInputType): number {
    return givenWeightOf(input, type) ?? (isInputObjectType(type) ? 1 : 0);
  }

  function ofValue(value: unknown, input: Input): number {
    if (value === null || value === undefined) return 0;
    const type = getNamedType(input.type);
    if (Array.isArray(value)) {
      const own = givenWeightOf(input, type) ?? 0;
      return value.reduce<number>((total, item) => total + ofValue(item, input), own);
    }
    let cost = weightOf(input, type);
    if (isInputObjectType(type) && typeof value === 'object') {
      const fields = type.getFields();
      for (const [name, inner] of Object.entries(value)) {
        const field = fields[name];
        if (field) cost += ofValue(inner, { coordinate: `${type.name}.${name}`, type: field.type });
      }
    }
    return cost;
  }

  function ofNode(value: ValueNode, input: Input): Term {
    const type = getNamedType(input.type);
    if (value.kind === Kind.NULL) return 0;
    if (value.kind === Kind.VARIABLE) {
      const name = value.name.value;
      const isFree = weightOf(input, type) === 0 && !isInputObjectType(type);
      return isFree ? 0 : (variables) => ofValue(variables[name], input);
    }
    if (value.kind === Kind.LIST) {
      const items = value.values.map((item) => ofNode(item, input));
      return sum([givenWeightOf(input, type) ?? 0, ...items]);
    }
    const own = weightOf(input, type);
    if (!isInputObjectType(type) || value.kind !== Kind.OBJECT) return own;
    const fields = type.getFields();
    return sum([
      own,
      ...value.fields.map(({ name, value: inner }) => {
        const field = fields[name.value];
        return field ? ofNode(inner, { coordinate: `${type.name}.${name.value}`, type: field.type }) : 0;
      }),
    ]);
  }

  return sum(
    (node.arguments ?? []).map(({ name, value }) => {
      const argument = args.find((one) => one.name === name.value);
      if (!argument) return 0;
      return ofNode(value, {
        coordinate: `${owner}.${node.name.value}(${name.value}:)`,
        type: argument.type,
      });
    }),
  );
}
