import { post } from './compare-answers.ts';
import { runLoad } from './load.ts';
import type { Running } from './measure.ts';
import type { Usage } from './processes/start-process.ts';

/** What planning does to requests that need none. */
export interface PlanningMeasurement {
  gateway: string;
  /** Of a small known query, in milliseconds, while nothing is planned and while expensive operations are. */
  p99Ms: Comparison;
  /** The longest that the event loop was held up, in milliseconds. */
  loopDelayMs: Comparison;
  /** Until an expensive operation was answered for the first time, in milliseconds; the longest. */
  firstAnswerMs: number;
  planned: number;
}

interface Comparison {
  quiet: number;
  planning: number;
}

const connections = 4;
const intervalMs = 250;
const depth = 7;
const known = JSON.stringify({ query: '{ topProducts(first: 1) { upc name } }' });
let written = 0;

/** An operation that nobody has seen: deep, with fields of every subgraph at each level. */
function expensive(): string {
  const alias = `a${written++}`;
  const product = 'upc name price weight inStock shippingEstimate';
  let selection = `reviews { id body author { id ${alias}: name } }`;
  for (let level = 0; level < depth; level++) {
    selection = `reviews { id body author { id name username reviews { id product { ${product} } } } product { ${product} ${selection} } }`;
  }
  // Arguments that no product has keep the answer small: it is planning that is measured.
  return JSON.stringify({ query: `{ topProducts(first: 0) { ${product} ${selection} } }` });
}

/** Keeps a few small queries in flight, first alone, then while expensive operations arrive that must be planned. */
export async function measurePlanning(gateway: Running, seconds: number): Promise<PlanningMeasurement> {
  await load(gateway, 1);
  const quiet = await load(gateway, seconds);
  let firstAnswerMs = 0;
  const answers: Promise<void>[] = [];
  const timer = setInterval(() => {
    const start = performance.now();
    const answer = post(gateway, expensive()).then((text) => {
      if (!text.startsWith('{"data":')) throw new Error(`${gateway.name} answers: ${text.slice(0, 300)}`);
      firstAnswerMs = Math.max(firstAnswerMs, performance.now() - start);
    });
    answers.push(answer);
  }, intervalMs);
  const planning = await load(gateway, seconds).finally(() => clearInterval(timer));
  await Promise.all(answers);
  return {
    gateway: gateway.name,
    p99Ms: { quiet: quiet.p99Ms, planning: planning.p99Ms },
    loopDelayMs: { quiet: quiet.loopDelayMs, planning: planning.loopDelayMs },
    firstAnswerMs,
    planned: answers.length,
  };
}

async function load(gateway: Running, seconds: number) {
  await gateway.process.ask<Usage>('start', 'usage');
  const { latency } = await runLoad({ ...gateway, connections, seconds, body: () => known });
  const { longestLoopDelayMs } = await gateway.process.ask<Usage>('stop', 'usage');
  return { p99Ms: latency.percentile(99) / 1_000, loopDelayMs: longestLoopDelayMs };
}
