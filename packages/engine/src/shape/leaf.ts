import { type GraphQLLeafType, isEnumType } from 'graphql';

/** A value of a leaf type as JSON, or undefined when it is none. */
export type WriteLeaf = (value: unknown) => string | undefined;

/** Compiles the result coercion of a leaf type. Subgraphs have coerced already: this is for those that err. */
export function compileLeaf(type: GraphQLLeafType): WriteLeaf {
  if (isEnumType(type)) {
    // A value that clients cannot know, e.g. an inaccessible one, is no value of the type.
    const names = new Map(type.getValues().map(({ name }) => [name as unknown, JSON.stringify(name)]));
    return (value) => names.get(value);
  }
  return builtIn[type.name] ?? ((value) => JSON.stringify(value));
}

const builtIn: Record<string, WriteLeaf | undefined> = {
  String: (value) => (typeof value === 'string' ? JSON.stringify(value) : undefined),
  ID(value) {
    if (typeof value === 'string') return JSON.stringify(value);
    return Number.isInteger(value) ? `"${value}"` : undefined;
  },
  Int: (value) => (typeof value === 'number' && (value | 0) === value ? String(value) : undefined),
  Float: (value) => (Number.isFinite(value) ? JSON.stringify(value) : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? String(value) : undefined),
};
