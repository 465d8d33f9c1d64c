import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EnvironmentError, parseEnvironment, repositoryRoot } from '@kronos/service/environment';
import { serveSubgraph } from '@kronos/subgraph';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { readSubgraphs, variablePrefix } from '../domains.ts';
import { graphEnvironment } from '../graph-address.ts';
import { readPlan } from '../up/environment.ts';

type Reader = (environment: NodeJS.ProcessEnv) => unknown;

const subgraphs = await readSubgraphs();
const exampleText = await readFile(join(repositoryRoot, '.env.example'), 'utf8');
const examples = [...exampleText.matchAll(/^# ([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name, value]) => ({
  name,
  value,
}));

async function load<Module>(...path: string[]): Promise<Module> {
  return import(pathToFileURL(join(repositoryRoot, ...path)).href);
}

/** The variables that a process asks its environment for, while there is none set. */
async function variablesOf(read: Reader): Promise<string[]> {
  const asked = new Set<string>();
  const environment = new Proxy<NodeJS.ProcessEnv>(
    {},
    {
      get(_target, name) {
        asked.add(String(name));
        return undefined;
      },
    },
  );
  try {
    await read(environment);
  } catch (error) {
    // Without its variables no subgraph comes into being; by then it has asked for all of them.
    if (!(error instanceof EnvironmentError) && !(error instanceof TypeError)) throw error;
  }
  return [...asked];
}

async function readers(): Promise<Reader[]> {
  const { gatewayEnvironment } = await load<{ gatewayEnvironment: z.ZodRawShape }>(
    'apps/gateway/src/environment.ts',
  );
  const domains = await Promise.all(
    subgraphs.map(({ name }) => load<{ createSubgraph: Reader }>('subgraphs', name, 'src/subgraph.ts')),
  );
  return [
    readPlan,
    (environment) => parseEnvironment(gatewayEnvironment, environment),
    (environment) => parseEnvironment(graphEnvironment, environment),
    ...domains.map(({ createSubgraph }) => createSubgraph),
    (environment) =>
      serveSubgraph(async () => ({ name: 'auth', close: async () => undefined }) as never, environment),
  ];
}

test('.env.example names every variable that a process reads, and no other', async () => {
  const read = (await Promise.all((await readers()).map(variablesOf))).flat();
  // The gateway takes them from whatever graph it serves.
  const routing = subgraphs.map(({ name }) => `${variablePrefix(name)}_SUBGRAPH_URL`);
  expect(examples.map(({ name }) => name).toSorted()).toEqual([...new Set([...read, ...routing])].toSorted());
});

test('every example has an explanation before it', () => {
  const blocks = exampleText.split('\n\n').filter((block) => /^# [A-Z][A-Z0-9_]*=/m.test(block));
  for (const block of blocks) if (!/_(DATABASE_URL|PORT)=/.test(block)) expect(block).toMatch(/^# [^=]*$/m);
});

test('the examples are values that would be accepted', async () => {
  const environment = Object.fromEntries(examples.map(({ name, value }) => [name, value]));
  await expect(readPlan(environment)).resolves.toMatchObject({ KRONOS_PORT: 4000 });
});
