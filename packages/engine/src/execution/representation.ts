import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { FixedField } from '../supergraph/fixed-arguments.ts';
import type { Rewrite } from './rewrites.ts';
import { type DataObject, isObject } from './run.ts';
import { isOfType } from './type-condition.ts';

export interface RepresentationOptions {
  requires: readonly QueryPlanSelectionNode[];
  rewrite?: Rewrite;
  /** The supergraph's: requirements may name what clients cannot see. */
  schema: GraphQLSchema;
  fixedFields: ReadonlyMap<string, FixedField>;
}

/**
 * Writes what a subgraph needs to know an entity, as JSON.
 *
 * @returns undefined when the fetch is not for objects of this type, null when something that it requires is missing
 */
export type WriteRepresentation = (entity: DataObject) => string | null | undefined;

/** One field of a representation: where its value comes from and how it is written. */
interface Part {
  key: string;
  /** With the comma or brace before it. */
  prefix: string;
  write?: WriteObject;
}

/** Null when something required is missing. */
type WriteObject = (object: DataObject) => string | null;

/** Compiles the `requires` of a fetch; each type that occurs is compiled once. */
export function compileRepresentation(options: RepresentationOptions): WriteRepresentation {
  const writers = new Map<unknown, WriteObject | undefined>();
  return (entity) => {
    const typename = entity.__typename;
    let write = writers.get(typename);
    if (write === undefined && !writers.has(typename)) {
      write = compileEntity(options, typename);
      writers.set(typename, write);
    }
    return write?.(entity);
  };
}

function compileEntity(options: RepresentationOptions, typename: unknown): WriteObject | undefined {
  if (typename === undefined) return undefined;
  const parts = compileParts(options.requires, typename, options);
  if (!parts.some(({ key }) => key === '__typename')) return undefined;
  const write = (entity: DataObject) => writeParts(entity, parts);
  const { rewrite } = options;
  if (!rewrite) return write;
  return (entity) => {
    const json = write(entity);
    if (json === null) return null;
    const representation = JSON.parse(json);
    rewrite(representation);
    return JSON.stringify(representation);
  };
}

/** The parts of an object of one type: the fragments that apply to it, merged. */
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
  return [...selected].map(([key, inner], index) => ({
    key,
    prefix: `${index === 0 ? '{' : ','}${JSON.stringify(options.fixedFields.get(key)?.name ?? key)}:`,
    ...(inner.length > 0 && { write: compileNested(inner, options) }),
  }));
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
      parts = compileParts(selections, typename, options);
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
    const written = write ? writeComposite(value, write) : JSON.stringify(value);
    if (written === null) return null;
    json += prefix + written;
  }
  return json === '' ? '{}' : `${json}}`;
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
