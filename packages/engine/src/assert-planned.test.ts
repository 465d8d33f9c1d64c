import { getOperationAST, Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { assertPlanned } from './assert-planned.ts';

function assertEmptyPlanFor(query: string, variables: Record<string, unknown> = {}) {
  const document = parse(query);
  const fragments = Object.fromEntries(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [],
    ),
  );
  assertPlanned({ kind: 'QueryPlan' }, { operation: getOperationAST(document)!, fragments, variables });
}

test.each([
  '{ a }',
  '{ ...F } fragment F on Query { a }',
  '{ ... { __typename a } }',
  '{ a @include(if: true) }',
])('an empty plan for %s is an error', (query) => {
  expect(() => assertEmptyPlanFor(query)).toThrow(
    expect.objectContaining({ extensions: { code: 'OPERATION_NOT_PLANNABLE' } }),
  );
});

test.each([
  '{ __typename __schema { queryType { name } } }',
  '{ a @skip(if: true) }',
  'query Q($no: Boolean!) { a @include(if: $no) }',
])('an empty plan for %s is right', (query) => {
  assertEmptyPlanFor(query, { no: false });
});
