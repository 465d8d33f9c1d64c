/** One type of a subgraph under construction. */
export interface TypeDraft {
  /** `type`, `interface`; the rest is declared whole. */
  kind: 'type' | 'interface';
  implements: Set<string>;
  directives: string[];
  /** Field name → everything behind the name. */
  fields: Map<string, string>;
}

/** One subgraph under construction. */
export interface SubgraphDraft {
  name: string;
  types: Map<string, TypeDraft>;
  /** Unions: name → members. */
  unions: Map<string, Set<string>>;
  /** Types that must be declared although no field has them. */
  mentions: Set<string>;
  /** Enums, scalars and input types, as SDL. */
  declarations: string[];
  /** What this subgraph calls its root types. */
  roots: { Query: string; Mutation: string };
}

export function draftType(
  subgraph: SubgraphDraft,
  name: string,
  kind: TypeDraft['kind'] = 'type',
): TypeDraft {
  const known = subgraph.types.get(name);
  if (known) return known;
  const draft: TypeDraft = { kind, implements: new Set(), directives: [], fields: new Map() };
  subgraph.types.set(name, draft);
  return draft;
}

/** The head of a federation 2 subgraph that imports every directive a case may use. */
export const federation =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@requires", "@provides", "@external", "@override", "@inaccessible", "@interfaceObject"])';

/** The SDL of a subgraph. */
export function printSubgraph(subgraph: SubgraphDraft): string {
  const { roots, types } = subgraph;
  const operations = (['Query', 'Mutation'] as const).filter((root) => types.has(root));
  const isRenamed = operations.some((root) => roots[root] !== root);
  const schema = operations.map((root) => `${root.toLowerCase()}: ${roots[root]}`).join(' ');
  return [
    isRenamed ? `${federation} { ${schema} }` : federation,
    ...subgraph.declarations,
    ...[...types].map(([name, type]) => printType(name in roots ? roots[name as 'Query'] : name, type)),
    ...[...subgraph.unions].map(([name, members]) => `union ${name} = ${[...members].join(' | ')}`),
  ].join('\n');
}

function printType(name: string, type: TypeDraft): string {
  const head = [
    type.kind,
    name,
    type.implements.size > 0 && `implements ${[...type.implements].join(' & ')}`,
  ];
  const fields = [...type.fields].map(([field, rest]) => `  ${field}${rest}`);
  return `${[...head, ...type.directives].filter(Boolean).join(' ')} {\n${fields.join('\n')}\n}`;
}

/** The type in what stands behind a field's name. */
export function typeIn(rest: string): string {
  return /^(?:\(.*?\))?: ([^@]*)/.exec(rest)?.[1]?.trim() ?? '';
}
