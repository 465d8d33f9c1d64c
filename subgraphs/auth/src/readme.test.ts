import { readFile } from 'node:fs/promises';
import { eventNamesOf } from '@kronos/events';
import { commonEnvironment } from '@kronos/service/environment';
import { type EnumTypeDefinitionNode, parse } from 'graphql';
import { expect, test } from 'vitest';
import { environmentShape } from './environment.ts';
import { onUsers } from './on-users.ts';

const read = (file: string) => readFile(new URL(file, import.meta.url), 'utf8');

test('the README names every variable, every event and every code', async () => {
  const readme = await read('../README.md');
  const { definitions } = parse(await read('../schema.graphql'));
  const codes = definitions.find(
    (node): node is EnumTypeDefinitionNode =>
      node.kind === 'EnumTypeDefinition' && node.name.value === 'UserErrorCode',
  )!.values!;
  const variables = Object.keys(environmentShape).filter((name) => !(name in commonEnvironment));
  const all = [
    ...[...variables, ...eventNamesOf('auth'), ...Object.keys(onUsers)].map((name) => `\`${name}\``),
    ...codes.map(({ name }) => name.value),
  ];
  expect(all.length).toBeGreaterThan(40);
  expect(all.filter((name) => !readme.includes(name))).toEqual([]);
});
