import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { compose } from '@kronos/operations/testing';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { ownPlanning } from './planner-config.ts';

const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
  input Filter { and: [Filter!] not: Filter name: String }
  type Query { count(filter: Filter): Int }`;

test('an argument of hundreds of lists in each other is planned in no time, with the variables in it', () => {
  const supergraph = Supergraph.build(compose({ a: { sdl } }));
  const planner = new QueryPlanner(supergraph, ownPlanning);
  const depth = 300;
  const filter = `${'{ and: ['.repeat(depth)}{ name: $name }${'] }'.repeat(depth)}`;
  const document = parse(`query ($name: String) { count(filter: ${filter}) }`);
  const started = performance.now();
  const plan = planner.buildQueryPlan(operationFromDocument(supergraph.apiSchema(), document));
  expect(plan.node).toMatchObject({ kind: 'Fetch', variableUsages: ['name'] });
  expect(performance.now() - started).toBeLessThan(2_000);
});
