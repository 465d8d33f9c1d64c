import { parentPort, workerData } from 'node:worker_threads';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { parse } from 'graphql';
import { areOn, ownPlanning } from './planner-config.ts';

// The inside of a PlannerThread: one supergraph, one operation at a time.
const planner = new QueryPlanner(
  Supergraph.build(workerData.sdl, { validateSupergraph: false }),
  ownPlanning,
);
const schema = planner.supergraph.apiSchema();

parentPort!.on('message', ({ document, operationName, overrides }) => {
  try {
    const operation = operationFromDocument(schema, parse(document), { operationName });
    const plan = planner.buildQueryPlan(operation, { overrideConditions: areOn(overrides) });
    parentPort!.postMessage({ plan: JSON.stringify(plan) });
  } catch (error) {
    parentPort!.postMessage({ fault: String(error) });
  }
});
parentPort!.postMessage('ready');
