import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readManifest } from './read-manifest.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kronos-manifest-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(contents: unknown) {
  const path = join(folder, 'manifest.json');
  await writeFile(path, typeof contents === 'string' ? contents : JSON.stringify(contents));
  return readManifest(path);
}

const document = 'query One { one }';
const id = hash('sha256', document);
const apollo = (operations: unknown[]) => ({
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations,
});

test('what Apollo’s tool writes', async () => {
  const operations = [{ id, name: 'One', type: 'query', body: document }];
  expect(await read(apollo(operations))).toEqual([{ hash: id, name: 'One', document }]);
});

test('what GraphQL Code Generator writes', async () => {
  const nameless = '{ two }';
  expect(await read({ [id]: document, [`sha256:${hash('sha256', nameless)}`]: nameless })).toEqual([
    { hash: id, name: 'One', document },
    { hash: hash('sha256', nameless), name: `sha256:${hash('sha256', nameless)}`, document: nameless },
  ]);
});

test.each<[string, unknown, RegExp]>([
  ['no JSON', '{', /is not JSON/],
  ['another format', { ...apollo([]), version: 2 }, /is no manifest/],
  ['a list', [], /is no manifest/],
  ['nothing', {}, /holds no operations/],
  ['SHA-1, Code Generator’s default', { [hash('sha1', document)]: document }, /hashAlgorithm: "sha256"/],
  ['the hash of another text', { [id]: `${document} ` }, /id of One is not the SHA-256/],
])('%s is refused', async (_, contents, message) => {
  await expect(read(contents)).rejects.toThrow(message);
});

test('a file that is not there is named', async () => {
  await expect(readManifest(join(folder, 'none.json'))).rejects.toThrow(/none\.json cannot be read/);
});
