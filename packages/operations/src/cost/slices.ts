import { type FieldNode, type GraphQLArgument, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import type { ListSize } from './read-costs.ts';
import type { Variables } from './term.ts';

/** A slicing argument of a field of an operation: how long a list it asks for. */
export interface Slice {
  /** The argument, or the path into it. */
  name: string;
  /** Where it is, `Query.events(first:)`. */
  coordinate: string;
  /** Whether it depends on variables. */
  isVariable: boolean;
  /** How many items it asks for; undefined when it says nothing. */
  valueFor(variables: Variables): number | undefined;
}

/**
 * Reads the slicing arguments of a field.
 *
 * @param coordinate `Type.field`
 * @param args as the schema has them
 */
export function readSlices(
  { slicingArguments }: ListSize,
  coordinate: string,
  node: FieldNode,
  args: readonly GraphQLArgument[],
): Slice[] {
  return slicingArguments.map((path) => {
    const [name, ...steps] = path.split('.');
    const byDefault = args.find((argument) => argument.name === name)?.defaultValue;
    const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
    const isVariable = given !== undefined && holdsVariable(given);
    const valueFor = (variables: Variables) => {
      const value = given && valueFromASTUntyped(given, variables);
      // A variable that is not given is as an argument that is not.
      return toCount(follow(value === undefined ? byDefault : value, steps));
    };
    const known = isVariable ? undefined : valueFor({});
    return {
      name: path,
      coordinate: `${coordinate}(${path}:)`,
      isVariable,
      valueFor: isVariable ? valueFor : () => known,
    };
  });
}

function follow(value: unknown, steps: readonly string[]): unknown {
  let found = value;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string, unknown>)[step];
  }
  return found;
}

function toCount(value: unknown): number | undefined {
  return typeof value === 'number' ? Math.max(0, value) : undefined;
}

function holdsVariable(value: ValueNode): boolean {
  if (value.kind === Kind.VARIABLE) return true;
  if (value.kind === Kind.LIST) return value.values.some(holdsVariable);
  return value.kind === Kind.OBJECT && value.fields.some((field) => holdsVariable(field.value));
}
