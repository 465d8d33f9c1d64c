import {
  type FieldNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { costOfArguments } from './arguments.ts';
import type { Costs } from './read-costs.ts';
import { evaluate, type Term, type Variables } from './term.ts';
import { createWeights } from './weights.ts';

/** A field that objects of one type give. */
export interface MeasuredField {
  /** Where an object has it. */
  dataKey: string;
  name: string;
  /** Undefined for what asks about the schema. */
  type: GraphQLOutputType | undefined;
  sets: readonly SelectionSetNode[];
  /** As it is selected, with its arguments. */
  node: FieldNode;
}

/** What is needed to measure the data of an operation. */
export interface MeasureOptions {
  schema: GraphQLSchema;
  /** Of the object where the data begins. */
  typename: string;
  sets: readonly SelectionSetNode[];
  /** The fields that objects of a type give; undefined for a type that clients do not know. */
  fieldsOf(typename: string, sets: readonly SelectionSetNode[]): readonly MeasuredField[] | undefined;
}

/** What the data of an operation has cost. @param variables with or without defaults */
export type Measure = (data: object, variables: Variables) => number;

/** Something that costs: always the same, or as a value says. */
type Price = number | ((value: unknown) => number);

/** Selection sets whose price is looked for ahead; beyond, it is when they occur. */
const maxAhead = 1_000;

/**
 * Compiles what counts the cost of data: each object by its weight, everything else by what `@cost` says. Where what is
 * selected costs the same for every item, a list is its length times that; only what differs is walked.
 */
export function compileMeasure(costs: Costs, options: MeasureOptions): Measure {
  const { schema, fieldsOf } = options;
  const weights = createWeights(schema, costs);
  const argumentCosts: Exclude<Term, number>[] = [];
  /** Of the fields whose arguments have variables, for the operation that is measured at present. */
  let current: number[] = [];
  let ahead = 0;

  function ofObject(typename: string, sets: readonly SelectionSetNode[]): Price {
    ahead++;
    let constant = 0;
    const parts: string[] = [];
    const prices: Exclude<Price, number>[] = [];
    for (const field of fieldsOf(typename, sets) ?? []) {
      const { type, name, dataKey, node } = field;
      if (!type || name === '__typename') continue;
      const price = ofValue(type, field, typename);
      if (typeof price === 'number') constant += price;
      else parts.push(`p[${prices.push(price) - 1}](o[${JSON.stringify(dataKey)}])`);
      const args = argumentsOf(typename, node);
      if (typeof args === 'number') constant += args;
      else parts.push(`a()[${argumentCosts.push(args) - 1}]`);
    }
    if (parts.length === 0) return constant;
    // Names come from a validated operation and are quoted as JSON; values are never part of the source.
    return new Function('p', 'a', `return (o) => ${[constant, ...parts].join(' + ')}`)(prices, () => current);
  }

  function argumentsOf(typename: string, node: FieldNode): Term {
    if (!node.arguments?.length) return 0;
    const owner = schema.getType(typename);
    const field = owner && 'getFields' in owner ? owner.getFields()[node.name.value] : undefined;
    return field && 'args' in field ? costOfArguments(costs, typename, node, field.args) : 0;
  }

  function ofValue(given: GraphQLOutputType, field: MeasuredField, owner: string): Price {
    const type = getNullableType(given);
    if (isLeafType(type)) return weights.of(owner, field.name, type.name);
    // Where there is nothing, only what `@cost` says has been paid.
    const nothing = weights.given(owner, field.name, getNamedType(type).name) ?? 0;
    if (isListType(type)) return ofList(ofValue(type.ofType, field, owner), nothing);
    const price = isObjectType(type) ? ofKnown(type.name, field, owner) : ofOpen(field, owner);
    if (typeof price === 'number') return isNonNullType(given) ? price : (value) => (value ? price : nothing);
    return (value) => (value ? price(value) : nothing);
  }

  function ofList(item: Price, nothing: number): Price {
    if (item === 0 && nothing === 0) return 0;
    if (typeof item === 'number') return (value) => (Array.isArray(value) ? value.length * item : nothing);
    return (value) => {
      if (!Array.isArray(value)) return nothing;
      let total = 0;
      for (let index = 0; index < value.length; index++) total += item(value[index]);
      return total;
    };
  }

  function ofKnown(typename: string, { name, sets }: MeasuredField, owner: string): Price {
    const weight = weights.of(owner, name, typename);
    const inner = lazily(() => ofObject(typename, sets));
    return typeof inner === 'number' ? weight + inner : (value) => weight + inner(value);
  }

  /** Types that do not occur are never looked at. */
  function ofOpen(field: MeasuredField, owner: string): Exclude<Price, number> {
    const known = new Map<unknown, Price>();
    return (value) => {
      const typename = (value as { __typename?: unknown }).__typename;
      let price = known.get(typename);
      if (price === undefined) {
        price = typeof typename === 'string' ? ofKnown(typename, field, owner) : 1;
        known.set(typename, price);
      }
      return typeof price === 'number' ? price : price(value);
    };
  }

  function lazily(find: () => Price): Price {
    if (ahead < maxAhead) return find();
    let price: Price | undefined;
    return (value) => {
      price ??= find();
      return typeof price === 'number' ? price : price(value);
    };
  }

  const price = ofObject(options.typename, options.sets);
  return (data, variables) => {
    if (argumentCosts.length > 0) current = argumentCosts.map((cost) => evaluate(cost, variables));
    return typeof price === 'number' ? price : price(data);
  };
}
