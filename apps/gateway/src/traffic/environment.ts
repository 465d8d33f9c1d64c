import type { TrafficOptions } from '@kronos/engine';
import { z } from 'zod';

const expectedCount = 'expected a whole number, 0 or above';
const count = (fallback: number) =>
  z.coerce.number(expectedCount).int(expectedCount).min(0, expectedCount).default(fallback);
const positive = (fallback: number) => {
  const expected = 'expected a whole number above 0';
  return z.coerce.number(expected).int(expected).positive(expected).default(fallback);
};

const settings = z.strictObject({
  timeoutMs: z.int().positive().optional(),
  retries: z.int().min(0).optional(),
  concurrency: z.int().positive().optional(),
  queue: z.int().min(0).optional(),
  circuit: z.literal(false).optional(),
});

const expectedSettings =
  'expected JSON such as {"reviews":{"timeoutMs":2000,"retries":0,"concurrency":20,"queue":100,"circuit":false}}';

/** How subgraphs are treated; the engine's TrafficPolicy says what each part does. */
export const trafficEnvironment = {
  KRONOS_SUBGRAPH_TIMEOUT_MS: positive(30_000),
  KRONOS_SUBGRAPH_RETRIES: count(2),
  KRONOS_SUBGRAPH_CONCURRENCY: positive(128),
  KRONOS_SUBGRAPH_QUEUE: count(2_000),
  KRONOS_SUBGRAPH_CIRCUIT: z.stringbool('expected true or false').default(true),
  KRONOS_SUBGRAPH_SETTINGS: z
    .string()
    .default('{}')
    .transform((text, context) => {
      const result = z.record(z.string(), settings).safeParse(parseJson(text));
      if (result.success) return result.data;
      context.addIssue({ code: 'custom', message: expectedSettings });
      return z.NEVER;
    }),
};

type TrafficEnvironment = z.infer<z.ZodObject<typeof trafficEnvironment>>;

/** What the environment says, as the engine takes it. */
export function readTraffic(environment: TrafficEnvironment): TrafficOptions {
  return {
    timeoutMs: environment.KRONOS_SUBGRAPH_TIMEOUT_MS,
    retries: environment.KRONOS_SUBGRAPH_RETRIES,
    concurrency: environment.KRONOS_SUBGRAPH_CONCURRENCY,
    queue: environment.KRONOS_SUBGRAPH_QUEUE,
    ...(!environment.KRONOS_SUBGRAPH_CIRCUIT && { circuit: false as const }),
    subgraphs: environment.KRONOS_SUBGRAPH_SETTINGS,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
