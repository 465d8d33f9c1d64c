import { stringArgument } from '@kronos/operations';
import { type ConstDirectiveNode, type DocumentNode, visit } from 'graphql';

/** A field that moves from one subgraph to another for a part of the requests: `@override(from:, label:)`. */
export interface Override {
  label: string;
  /** Whether the field comes from its new subgraph, decided for one request. */
  isOn(): boolean;
}

/** The overrides that can make a difference to an operation. */
export type OverridesOf = (operation: DocumentNode) => readonly Override[];

const percentage = /^percent\((\d+(?:\.\d+)?)\)$/;
const word = /\w+/g;

/**
 * Finds the progressive overrides of a supergraph.
 *
 * @param on labels that are on for everybody; `percent(<number>)` is on for as many of a hundred requests by itself
 * @see https://www.apollographql.com/docs/graphos/schema-design/guides/migrate-fields
 */
export function readOverrides(supergraph: DocumentNode, on: ReadonlySet<string>): OverridesOf {
  const labels = new Map<string, Set<string>>();
  // What requirements and keys name is fetched without being selected.
  const implicit = new Set<string>();
  visit(supergraph, {
    FieldDefinition({ name, directives = [] }) {
      for (const directive of directives.filter(({ name: { value } }) => value === 'join__field')) {
        const label = stringArgument(directive, 'overrideLabel');
        if (label !== undefined) labels.set(label, (labels.get(label) ?? new Set()).add(name.value));
      }
    },
    Directive(directive) {
      for (const argument of ['key', 'requires', 'provides']) {
        const fields = stringArgument(directive as ConstDirectiveNode, argument) ?? '';
        for (const [field] of fields.matchAll(word)) implicit.add(field);
      }
    },
  });
  if (labels.size === 0) return () => [];

  const all = [...labels].map(([label, fields]) => ({ fields, label, isOn: compileDecision(label, on) }));
  return (operation) => {
    const selected = new Set(implicit);
    visit(operation, {
      Field({ name }) {
        selected.add(name.value);
      },
    });
    return all.filter(({ fields }) => [...fields].some((field) => selected.has(field)));
  };
}

function compileDecision(label: string, on: ReadonlySet<string>): () => boolean {
  const percent = percentage.exec(label)?.[1];
  if (percent === undefined) return () => on.has(label);
  return () => Math.random() * 100 < Number(percent);
}
