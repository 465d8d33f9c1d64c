import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { isOfType } from '@kronos/operations';
import type { GraphQLSchema } from 'graphql';
import { quote } from '../shape/quote.ts';
import type { FixedField } from '../supergraph/fixed-arguments.ts';
import { compileLeaves, type Leaves } from './leaves.ts';
import type { Rewrite } from './rewrites.ts';
import { type DataObject, isObject } from './run.ts';

export interface RepresentationOptions {
  requires: readonly QueryPlanSelectionNode[];
  rewrite?: Rewrite;
  /** The supergraph's: requirements may name what clients cannot see. */
  schema: GraphQLSchema;
  fixedFields: ReadonlyMap<string, FixedField>;
}

/** How a subgraph is told which entity is meant. */
export interface Represent {
  /**
   * Writes what the subgraph needs to know, as JSON.
   *
   * @param typename of the entity
   * @param isPlain whether it is known that no string of it needs escapes
   * @returns undefined when the fetch is not for objects of this type, null when something that it requires is missing
   */
  write(entity: DataObject, typename: unknown, isPlain: boolean): string | null | undefined;
  /** What makes the whole representation of objects of a type; undefined when there is more to it than leaves. */
  leavesOf(typename: unknown): LeavesOfType | undefined;
}

/** One field of a representation: where its value comes from and how it is written. */
interface Part {
  key: string;
  /** What stands before the value: its key with the comma or brace, and what is constant before that. */
  prefix: string;
  write?: WriteObject;
}

/** Null when something required is missing. */
type WriteObject = (object: DataObject) => string | null;

/** The leaves of a representation. */
export interface LeavesOfType {
  /** Among objects of which all have the type. */
  known: Leaves;
  /** Among objects of other types, too: the type is one of them. */
  mixed: Leaves;
}

/** What is compiled for one type. */
interface OfType {
  write(entity: DataObject, isPlain: boolean): string | null;
  leaves: LeavesOfType | undefined;
}

/** Compiles the `requires` of a fetch; each type that occurs is compiled once. */
export function compileRepresentation(options: RepresentationOptions): Represent {
  const ofTypes = new Map<unknown, OfType | undefined>();
  function ofType(typename: unknown): OfType | undefined {
    if (ofTypes.has(typename)) return ofTypes.get(typename);
    const compiled = compileEntity(options, typename);
    ofTypes.set(typename, compiled);
    return compiled;
  }
  return {
    write: (entity, typename, isPlain) => ofType(typename)?.write(entity, isPlain),
    leavesOf: (typename) => ofType(typename)?.leaves,
  };
}

function compileEntity(options: RepresentationOptions, typename: unknown): OfType | undefined {
  if (typename === undefined) return undefined;
  const parts = compileParts(options.requires, typename, options);
  if (!parts.some(({ key }) => key === '__typename')) return undefined;
  const keys = parts.map(({ key }) => key).filter((key) => key !== '__typename');
  const isLeavesAlone = keys.length > 0 && parts.every(({ write }) => !write);
  const leaves = isLeavesAlone
    ? { known: compileLeaves(keys), mixed: compileLeaves([...keys, '__typename']) }
    : undefined;
  const written = foldTypename(parts, typename);
  const write = (entity: DataObject) => writeParts(entity, written);
  const { rewrite } = options;
  if (!rewrite) {
    const isOne = leaves && written.length === 1;
    return { write: isOne ? writeOne(written[0]!, leaves.known, write) : write, leaves };
  }
  const rewritten = (entity: DataObject) => {
    const json = write(entity);
    if (json === null) return null;
    const representation = JSON.parse(json);
    rewrite(representation);
    return JSON.stringify(representation);
  };
  return { write: rewritten, leaves };
}

/** Mostly an entity is represented by its type and one key. */
function writeOne({ prefix }: Part, { first }: Leaves, write: WriteObject): OfType['write'] {
  const before = `${prefix}"`;
  return (entity, isPlain) => {
    const value = first(entity);
    return isPlain && typeof value === 'string' ? `${before}${value}"}` : write(entity);
  };
}

/** The parts of an object of one type: the fragments that apply to it, merged; its name first, because that is known. */
function compileParts(
  selections: readonly QueryPlanSelectionNode[],
  typename: unknown,
  options: RepresentationOptions,
): Part[] {
  const selected = new Map<string, QueryPlanSelectionNode[]>();
  function select(nodes: readonly QueryPlanSelectionNode[]): void {
    for (const node of nodes) {
      if (node.kind === 'Field') {
        const key = node.alias ?? node.name;
        selected.set(key, [...(selected.get(key) ?? []), ...(node.selections ?? [])]);
      } else if (node.typeCondition && isOfType(options.schema, typename, node.typeCondition)) {
        select(node.selections);
      }
    }
  }
  select(selections);
  const isTypename = ([key]: [string, unknown]) => Number(key === '__typename');
  return [...selected]
    .sort((one, other) => isTypename(other) - isTypename(one))
    .map(([key, inner], index) => ({
      key,
      prefix: `${index === 0 ? '{' : ','}${JSON.stringify(options.fixedFields.get(key)?.name ?? key)}:`,
      ...(inner.length > 0 && { write: compileNested(inner, options) }),
    }));
}

/** The type is known: its name is written together with the key of what comes after it. */
function foldTypename(parts: Part[], typename: unknown): Part[] {
  const [first, second, ...others] = parts;
  if (first?.key !== '__typename' || !second || typeof typename !== 'string') return parts;
  const prefix = first.prefix + JSON.stringify(typename) + second.prefix;
  return [{ ...second, prefix }, ...others];
}

function compileNested(
  selections: readonly QueryPlanSelectionNode[],
  options: RepresentationOptions,
): WriteObject {
  const partsOf = new Map<unknown, Part[]>();
  return (object) => {
    const typename = object.__typename;
    let parts = partsOf.get(typename);
    if (!parts) {
      parts = foldTypename(compileParts(selections, typename, options), typename);
      partsOf.set(typename, parts);
    }
    return writeParts(object, parts);
  };
}

function writeParts(object: DataObject, parts: Part[]): string | null {
  let json = '';
  for (const { key, prefix, write } of parts) {
    const value = object[key];
    if (value === undefined) return null;
    const written = write ? writeComposite(value, write) : writeLeaf(value);
    if (written === null) return null;
    json += prefix + written;
  }
  return json === '' ? '{}' : `${json}}`;
}

function writeLeaf(value: unknown): string {
  return typeof value === 'string' ? quote(value) : JSON.stringify(value);
}

function writeComposite(value: unknown, write: WriteObject): string | null {
  if (value === null) return 'null';
  if (isObject(value)) return write(value);
  if (!Array.isArray(value)) return null;
  let json = '';
  for (const item of value) {
    const written = writeComposite(item, write);
    if (written === null) return null;
    json += json === '' ? written : `,${written}`;
  }
  return `[${json}]`;
}
