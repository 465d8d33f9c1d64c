import { Kind, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import type { FixedField } from './fixed-arguments.ts';

/** An operation of a plan as the subgraph understands it: fixed fields are selected with their arguments again. */
export function restoreArguments(operation: string, fields: ReadonlyMap<string, FixedField>): string {
  if (fields.size === 0 || !operation.includes('_fixed_')) return operation;
  const document = visit(parse(operation, { noLocation: true }), {
    Field(node) {
      const fixed = fields.get(node.name.value);
      if (!fixed) return undefined;
      return {
        ...node,
        alias: node.alias ?? node.name,
        name: { kind: Kind.NAME, value: fixed.name },
        arguments: fixed.arguments,
      };
    },
  });
  return stripIgnoredCharacters(print(document));
}
