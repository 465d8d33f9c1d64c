import { Kind, parse, type SelectionSetNode } from 'graphql';

/** Parses the `fields` of a `@key`, `@requires` or `@provides`. */
export function parseFieldSet(fields: string): SelectionSetNode {
  const [definition] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`not a field set: ${fields}`);
  return definition.selectionSet;
}
