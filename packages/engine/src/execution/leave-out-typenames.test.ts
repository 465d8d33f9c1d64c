import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { compileFetch } from './fetch.ts';
import { leaveOutTypenames } from './leave-out-typenames.ts';

const schema = buildSchema(`
  type Query { book: Book! media: [Media] shelves: [Shelf!] }
  interface Media { id: ID! owner: Owner }
  interface Owner { id: ID! }
  type Book implements Media { id: ID! owner: Person shelf: Shelf }
  type Film implements Media { id: ID! owner: Company shelf: Shelf }
  type Person implements Owner { id: ID! }
  type Company implements Owner { id: ID! }
  type Shelf { id: ID! books: [Book!]! }
`);
const options = {
  schema,
  calls: {},
  vagueTypes: null as ReadonlySet<unknown> | null,
  fixed: { fields: new Map(), requirements: new Map() },
};

const field = (name: string, ...selections: QueryPlanSelectionNode[]): QueryPlanSelectionNode => ({
  kind: 'Field',
  name,
  ...(selections.length > 0 && { selections }),
});
const on = (typeCondition: string, ...selections: QueryPlanSelectionNode[]): QueryPlanSelectionNode => ({
  kind: 'InlineFragment',
  typeCondition,
  selections,
});

function fetch(path: string[], operation: string, ...requires: QueryPlanSelectionNode[]) {
  const node = { kind: 'Fetch', serviceName: 's', operation, operationKind: 'query' };
  return compileFetch({ ...node, ...(requires.length > 0 && { requires }) } as FetchNode, path, options);
}

/** The operations as subgraphs get them. */
function asked(fetches: ReturnType<typeof fetch>[], given = options): string[] {
  leaveOutTypenames(fetches, [], given);
  return fetches.map(({ operation }) => operation);
}

const entities = (selections: string) =>
  `query($representations:[_Any!]!){_entities(representations:$representations){${selections}}}`;
const key = [field('__typename'), field('id')];

test('where the schema says the type, and fetches that go on from there are told it', () => {
  const fetches = [
    fetch([], '{shelves{__typename id}}'),
    fetch(['shelves'], entities('...on Shelf{__typename books{__typename id}}'), on('Shelf', ...key)),
  ];
  expect(asked(fetches)).toEqual(['{shelves{id}}', entities('...on Shelf{books{id}}')]);
  expect(fetches.map(({ targetType }) => targetType)).toEqual([undefined, 'Shelf']);
});

test('not on its own, not under an alias, not for what may be of several types', () => {
  const operations = [
    '{book{__typename}}',
    '{book{kind:__typename id}}',
    '{__typename media{__typename id...on Book{__typename}}}',
  ];
  expect(asked(operations.map((operation) => fetch([], operation)))).toEqual(operations);
});

test('below what may be of several types, if all of them have the same there', () => {
  expect(
    asked([
      fetch(
        [],
        '{media{__typename...on Book{shelf{__typename id}owner{__typename id}}...on Film{shelf{__typename id}owner{__typename id}}}}',
      ),
    ]),
  ).toEqual([
    '{media{__typename ...on Book{shelf{id}owner{__typename id}}...on Film{shelf{id}owner{__typename id}}}}',
  ]);
});

test('not where a representation has more of an object than leaves', () => {
  const operation = '{book{__typename id shelf{__typename id}}shelves{__typename id}}';
  const nested = on('Book', ...key, field('shelf', field('__typename'), field('id')));
  expect(asked([fetch([], operation), fetch(['book'], entities('...on Book{id}'), nested)])[0]).toBe(
    '{book{__typename id shelf{__typename id}}shelves{id}}',
  );
});

test('nowhere where subgraphs know an interface as an object', () => {
  const operation = '{shelves{__typename id}}';
  expect(asked([fetch([], operation)], { ...options, vagueTypes: new Set(['Media']) })).toEqual([operation]);
});
