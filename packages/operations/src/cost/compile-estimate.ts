import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import { type CollectOptions, collectFields } from '../collect-fields.ts';
import { costOfArguments } from './arguments.ts';
import type { Costs } from './read-costs.ts';
import { readSlices, type Slice } from './slices.ts';
import { greatest, product, sum, type Term, type Variables } from './term.ts';
import { createWeights } from './weights.ts';

export interface EstimateOptions extends CollectOptions {
  costs: Costs;
  /** Items of a list of which nobody says how long it is. */
  assumedListSize: number;
}

/** A field whose arguments say how long a list is. */
export interface SlicedField {
  /** `Type.field`. */
  coordinate: string;
  slices: readonly Slice[];
  /** Whether exactly one of the arguments must be given. */
  needsOne: boolean;
}

/** What an operation is going to cost at most. */
export interface Estimate {
  cost: Term;
  slicedFields: readonly SlicedField[];
}

/** A mutation costs this much, whatever it selects; as in the Apollo Router. */
export const mutationCost = 10;

/** Selection sets that are looked at together with those of the same field elsewhere. */
const maxMerged = 10_000;

/** How long the lists of certain fields of an object are, as the `@listSize` of the field around says. */
interface Sized {
  fields: ReadonlySet<string>;
  size(variables: Variables): number | undefined;
  /** Whether the size depends on variables. */
  isVariable: boolean;
}

/**
 * Estimates an operation: the most that it can cost if no list is longer than is said or assumed. A field costs what its
 * arguments do and, for each value that it gives, the value's weight and what is selected of it. Of an object whose type is
 * open, the dearest type counts.
 *
 * What is selected twice under one key is executed once and counts once; in an operation that makes that question itself
 * expensive it counts twice.
 *
 * @see https://ibm.github.io/graphql-specs/cost-spec.html
 */
export function compileEstimate(operation: OperationDefinitionNode, options: EstimateOptions): Estimate {
  const { schema, costs, assumedListSize } = options;
  const weights = createWeights(schema, costs);
  const slicedFields = new Map<FieldNode, SlicedField>();
  const sizedBy = new Map<string, Sized>();
  const known = new Map<string, Term>();
  const numbers = new Map<object, number>();
  let merged = 0;

  function numberOf(thing: object): number {
    const number = numbers.get(thing) ?? numbers.size;
    numbers.set(thing, number);
    return number;
  }

  function ofSets(sets: readonly SelectionSetNode[], type: GraphQLObjectType, sized?: Sized): Term {
    const key = [type.name, sized ? numberOf(sized) : '', ...sets.map(numberOf)].join();
    let term = known.get(key);
    if (term === undefined) {
      merged++;
      const fields = [...collectFields(type.name, sets, options).values()];
      const counted = merged > maxMerged ? fields.flatMap((nodes) => nodes.map((node) => [node])) : fields;
      term = sum(counted.map((nodes) => ofField(nodes, type, sized)));
      known.set(key, term);
    }
    return term;
  }

  function ofField(nodes: readonly FieldNode[], owner: GraphQLObjectType, around: Sized | undefined): Term {
    const node = nodes[0]!;
    const name = node.name.value;
    const field = owner.getFields()[name];
    if (!field) return 0;
    const sized = readSize(node, owner, field);
    const inner = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const type = getNamedType(field.type);
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    const each = greatest(
      types.map((one) => {
        const weight = weights.of(owner.name, name, one.name);
        return isObjectType(one) ? sum([weight, ofSets(inner, one, sized)]) : weight;
      }),
    );
    const outer = around?.fields.has(name) ? around : undefined;
    return sum([
      product(countOf(field.type, outer, sized), each),
      costOfArguments(costs, owner.name, node, field.args),
    ]);
  }

  function readSize(
    node: FieldNode,
    owner: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
  ): Sized | undefined {
    const listSize = weights.listSize(owner.name, field.name);
    if (!listSize) return undefined;
    const key = `${owner.name} ${numberOf(node)}`;
    let sized = sizedBy.get(key);
    if (!sized) {
      const coordinate = `${owner.name}.${field.name}`;
      const slices = readSlices(listSize, coordinate, node, field.args);
      const needsOne = listSize.requireOneSlicingArgument && slices.length > 0;
      if (slices.length > 0) slicedFields.set(node, { coordinate, slices, needsOne });
      sized = {
        fields: listSize.sizedFields,
        size: (variables) => longest(slices, variables) ?? listSize.assumedSize,
        isVariable: slices.some(({ isVariable }) => isVariable),
      };
      sizedBy.set(key, sized);
    }
    return sized;
  }

  /** How many values a field gives. */
  function countOf(type: GraphQLOutputType, ...sizes: readonly (Sized | undefined)[]): Term {
    if (!isListType(getNullableType(type))) return 1;
    const said = sizes.filter((sized) => sized !== undefined);
    const size = (variables: Variables) => {
      for (const sized of said) {
        const items = sized.size(variables);
        if (items !== undefined) return items;
      }
      return assumedListSize;
    };
    return said.some(({ isVariable }) => isVariable) ? size : size({});
  }

  const root = schema.getRootType(operation.operation)!;
  const base = operation.operation === OperationTypeNode.MUTATION ? mutationCost : 0;
  const cost = sum([base, ofSets([operation.selectionSet], root)]);
  return { cost, slicedFields: [...slicedFields.values()] };
}

function longest(slices: readonly Slice[], variables: Variables): number | undefined {
  const values = slices.map(({ valueFor }) => valueFor(variables)).filter((value) => value !== undefined);
  return values.length > 0 ? Math.max(...values) : undefined;
}
