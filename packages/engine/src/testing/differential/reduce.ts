import { type ASTNode, type DocumentNode, Kind, parse, print, visit } from 'graphql';
import type { Case } from './harness.ts';
import { tidy, without } from './mend-operation.ts';

/**
 * Makes a failing case small: tries, again and again, to leave something out, and keeps what still fails. Possible because
 * the data depends on nothing but names.
 *
 * @param stillFails whether a smaller case fails in the same way; false too for one that is not valid
 * @param deadlineMs how long to go on
 */
export async function reduceCase(
  failing: Case,
  stillFails: (smaller: Case) => Promise<boolean>,
  deadlineMs = 60_000,
): Promise<Case> {
  const end = Date.now() + deadlineMs;
  let best = failing;

  async function accepts(candidate: Case): Promise<boolean> {
    if (Date.now() > end || isSame(candidate, best) || !(await stillFails(candidate))) return false;
    best = candidate;
    return true;
  }

  /** Leaves out many parts at once, then fewer, then one by one. */
  async function leaveOut(read: (current: Case) => Part[]): Promise<void> {
    let size = Math.ceil(read(best).length / 2);
    while (size >= 1) {
      let index = 0;
      for (;;) {
        const chunk = read(best).slice(index, index + size);
        if (chunk.length === 0) break;
        if (!(await accepts(remove(best, chunk)))) index += size;
      }
      if (size === 1) return;
      size = Math.ceil(size / 2);
    }
  }

  let before: Case;
  do {
    before = best;
    await leaveOut((current) => operationParts(current));
    for (const plainer of plainerOperations) {
      for (let index = 0; ; ) {
        const candidate = plainer(best)[index];
        if (!candidate) break;
        if (!(await accepts(candidate))) index++;
      }
    }
    for (const kinds of schemaKinds) await leaveOut((current) => schemaParts(current, kinds));
  } while (!isSame(before, best) && Date.now() < end);
  return best;
}

/** A part of a case that can be left out: the n-th node of those kinds, in the operation or a subgraph. */
interface Part {
  /** Undefined: the operation. */
  subgraph?: string;
  kinds: readonly string[];
  index: number;
}

const operationKinds = ['Field', 'InlineFragment', 'FragmentSpread', 'Argument', 'Directive', 'ObjectField'];

/** From coarse to fine. */
const schemaKinds = [
  [
    'ObjectTypeDefinition',
    'InterfaceTypeDefinition',
    'UnionTypeDefinition',
    'EnumTypeDefinition',
    'InputObjectTypeDefinition',
    'ScalarTypeDefinition',
  ],
  ['FieldDefinition'],
  ['InputValueDefinition', 'EnumValueDefinition', 'Directive', 'NamedType'],
];

function operationParts({ query }: Case): Part[] {
  return collect(parse(query), operationKinds).map((_, index) => ({ kinds: operationKinds, index }));
}

function schemaParts({ subgraphs }: Case, kinds: readonly string[]): Part[] {
  return Object.entries(subgraphs).flatMap(([subgraph, sdl]) =>
    collect(parse(sdl), kinds).map((_, index) => ({ subgraph, kinds, index })),
  );
}

function remove(current: Case, parts: readonly Part[]): Case {
  const { kinds } = parts[0]!;
  const drop = (document: DocumentNode, subgraph?: string) => {
    const nodes = collect(document, kinds);
    const gone = new Set(
      parts.filter((part) => part.subgraph === subgraph).map(({ index }) => nodes[index]!),
    );
    return without(document, gone);
  };
  const inOperation = parts.some((part) => part.subgraph === undefined);
  if (inOperation) return withOperation(current, drop(parse(current.query)));
  const touched = new Set(parts.map((part) => part.subgraph!));
  const entries = Object.entries(current.subgraphs).map(([name, sdl]) =>
    touched.has(name) ? ([name, print(drop(parse(sdl), name))] as const) : ([name, sdl] as const),
  );
  const inhabited = entries.filter(([, sdl]) => /^(type|interface)/m.test(sdl));
  return { ...current, subgraphs: Object.fromEntries(inhabited) };
}

function withOperation(current: Case, document: DocumentNode): Case {
  const operation = tidy(document);
  const declared = new Set(
    collect(operation, ['VariableDefinition']).map((node) => print(node).split(':')[0]),
  );
  const variables = Object.entries(current.variables ?? {}).filter(([name]) => declared.has(`$${name}`));
  return { ...current, query: print(operation), variables: Object.fromEntries(variables) };
}

const plainerOperations = [
  (current: Case) => {
    const document = parse(current.query, { noLocation: true });
    return inlined(document).map((plainer) => withOperation(current, plainer));
  },
  (current: Case) => {
    const document = parse(current.query, { noLocation: true });
    const nodes = collect(document, ['InlineFragment', 'Field']);
    return nodes.flatMap((node) => flatten(document, node)).map((plainer) => withOperation(current, plainer));
  },
];

function isSame(one: Case, other: Case): boolean {
  return one.query === other.query && JSON.stringify(one.subgraphs) === JSON.stringify(other.subgraphs);
}

/** An inline fragment gives way to its selections; a field loses its alias. */
function flatten(document: DocumentNode, node: ASTNode): DocumentNode[] {
  if (node.kind === Kind.FIELD && node.alias) {
    return [
      visit(document, { Field: (field) => (field === node ? { ...field, alias: undefined } : undefined) }),
    ];
  }
  if (node.kind !== Kind.INLINE_FRAGMENT) return [];
  const replaced = visit(document, {
    SelectionSet: (set) =>
      set.selections.includes(node)
        ? {
            ...set,
            selections: set.selections.flatMap((one) =>
              one === node ? node.selectionSet.selections : [one],
            ),
          }
        : undefined,
  });
  return [replaced];
}

/** Named fragments as inline ones. */
function inlined(document: DocumentNode): DocumentNode[] {
  return document.definitions.flatMap((fragment) => {
    if (fragment.kind !== Kind.FRAGMENT_DEFINITION) return [];
    return [
      visit(document, {
        FragmentSpread: ({ name, directives }) =>
          name.value === fragment.name.value
            ? {
                kind: Kind.INLINE_FRAGMENT,
                typeCondition: fragment.typeCondition,
                directives,
                selectionSet: fragment.selectionSet,
              }
            : undefined,
      }),
    ];
  });
}

/** Nodes of the given kinds without which the document is still one. */
function collect(document: DocumentNode, kinds: readonly string[]): ASTNode[] {
  const found: ASTNode[] = [];
  visit(document, {
    enter(node, _key, _parent, path) {
      const isMember = ['interfaces', 'types'].includes(String(path.at(-2)));
      if (node.kind === Kind.NAMED_TYPE && !isMember) return;
      if (node.kind === Kind.DIRECTIVE && node.name.value === 'link') return;
      if (kinds.includes(node.kind)) found.push(node);
    },
  });
  return found;
}
