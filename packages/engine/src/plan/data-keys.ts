import { stringArgument } from '@kronos/operations';
import { type DocumentNode, type FieldNode, print, visit } from 'graphql';

/** The key under which the merged data holds a field that the client selects. */
export type DataKeyOf = (field: FieldNode) => string;

/**
 * Keys of fields in the merged data are those of the answer, with two exceptions, so that nothing overwrites anything:
 *
 * - The planner fetches keys and required fields beside what the client selects, under their own names. A client may give
 *   one of those names to another field, `{ user { id: name } }`; or a name that every JavaScript object has.
 * - Objects of different types may have different fields under one key. A subgraph that knows an interface as an object
 *   gets them as fields of that one type.
 *
 * @param supergraph as the planner gets it
 * @returns keys for one operation
 */
export function createDataKeys(supergraph: DocumentNode): (operation: DocumentNode) => DataKeyOf {
  const fetched = fetchedNames(supergraph);
  const isTaken = (key: string, name: string) =>
    key in Object.prototype ||
    (key !== name && (fetched.has(key) || key.startsWith('__') || ownKey.test(key)));

  return (operation) => {
    const variants = countVariants(operation);
    return (field) => {
      const name = field.name.value;
      if (name === '__typename') return name;
      const key = field.alias?.value ?? name;
      const variant = variants.get(key)?.get(signatureOf(field)) ?? 0;
      if (variant > 0) return `_as${variant}_${key}`;
      return isTaken(key, name) ? `_as_${key}` : key;
    };
  };
}

const ownKey = /^_as\d*_/;

/** A step of a path in the merged data as it is in the answer. */
export function answerKey(step: string | number): string | number {
  return typeof step === 'string' ? step.replace(ownKey, '') : step;
}

/** The different fields that an operation has under one key, numbered. */
function countVariants(operation: DocumentNode): Map<string, Map<string, number>> {
  const variants = new Map<string, Map<string, number>>();
  visit(operation, {
    Field(field) {
      const key = field.alias?.value ?? field.name.value;
      const known = variants.get(key) ?? new Map<string, number>();
      variants.set(key, known);
      const signature = signatureOf(field);
      if (!known.has(signature)) known.set(signature, known.size);
    },
  });
  return variants;
}

function signatureOf({ name, arguments: given = [] }: FieldNode): string {
  return given.length === 0 ? name.value : `${name.value}(${given.map(print).sort().join()})`;
}

/** Every name in a key or in a requirement; the names of types and arguments among them do no harm. */
function fetchedNames(supergraph: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(supergraph, {
    Directive(node) {
      for (const argument of ['key', 'requires']) {
        for (const name of stringArgument(node as never, argument)?.match(/\w+/g) ?? []) names.add(name);
      }
    },
  });
  return names;
}
