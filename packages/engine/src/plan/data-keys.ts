import { type DocumentNode, type FieldNode, visit } from 'graphql';
import { stringArgument } from '../supergraph/links.ts';

/** The key under which the merged data holds a field that the client selects. */
export type DataKeyOf = (field: FieldNode) => string;

/**
 * The planner fetches keys and required fields beside what the client selects, under their own names. A client that
 * gives one of those names to another field, `{ user { id: name } }`, would have one overwrite the other: such a field,
 * and one whose key every JavaScript object has, is kept under a key of its own until the answer is written.
 *
 * @param supergraph as the planner gets it
 */
export function createDataKeys(supergraph: DocumentNode): DataKeyOf {
  const fetched = fetchedNames(supergraph);
  const isTaken = (key: string) =>
    fetched.has(key) || key.startsWith('__') || key.startsWith(ownPrefix) || key in Object.prototype;

  return (field) => {
    const name = field.name.value;
    if (name === '__typename') return name;
    const key = field.alias?.value ?? name;
    if (key === name && !(key in Object.prototype)) return key;
    return isTaken(key) ? ownPrefix + key : key;
  };
}

const ownPrefix = '_as_';

/** A step of a path in the merged data as it is in the answer. */
export function answerKey(step: string | number): string | number {
  return typeof step === 'string' && step.startsWith(ownPrefix) ? step.slice(ownPrefix.length) : step;
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
