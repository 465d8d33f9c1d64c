import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@kronos/subgraph';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSimilarity } from './similarity.ts';
import { analyst, createTestProjects, somebody, type TestProjects, uuidOf } from './test-kit.ts';
import { startPgvector } from './testing/pgvector.ts';
import { openVectorStore } from './vector-store.ts';

let kit: TestProjects;
let folder: string;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kronos-vectors-'));
  url = `file:${join(folder, 'vectors.db')}`;
  kit = await createTestProjects({ VECTOR_DB_URL: url });
});
afterAll(async () => {
  await kit[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A project whose content lies there; its id. */
async function placed(as: ReturnType<typeof somebody>, title: string, vector: number[], model = 'm') {
  const id = await kit.imported(as, { title });
  const analysisId = await kit.requested(as, id);
  const input = { result: {}, embedding: { model, vector } };
  await kit.done('contentAnalysisComplete', { id: analysisId, input }, analyst);
  return id;
}

test('projects that are alike are found, as far as the caller may see them', async () => {
  const [ada, eve] = [somebody(), somebody()];
  const id = await placed(ada, 'The sea', [1, 0, 0]);
  await placed(ada, 'The coast', [0.9, 0.1, 0]);
  const lake = await placed(ada, 'The lake', [0.7, 0.7, 0]);
  await placed(ada, 'The sky', [0, 0, 1]);
  await placed(ada, 'By another model', [1, 0, 0], 'other');
  await placed(ada, 'Of another size', [1, 0]);
  await placed(eve, 'The same of another', [1, 0, 0]);
  const document = `query ($id: ID!, $first: Int) { project(id: $id) { similar(first: $first) { title } } }`;
  const titles = async (first?: number) => {
    const { data } = await kit.execute(document, { id, first }, ada);
    return data?.project.similar.map(({ title }: { title: string }) => title);
  };

  await expect.poll(() => titles(), { timeout: 5_000 }).toEqual(['The coast', 'The lake', 'The sky']);
  expect(await titles(1)).toEqual(['The coast']);
  await kit.done('projectDelete', { id: lake }, ada);
  expect(await titles()).toEqual(['The coast', 'The sky']);
  const { errors } = await kit.execute(document, { id, first: 51 }, ada);
  expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');

  // What is gone is gone from the store, too: that is who is erased.
  const store = openVectorStore(url);
  const at = { projectId: uuidOf(id), model: 'm', vector: [1, 0, 0] };
  await expect
    .poll(async () => (await store.nearest([at], 100))[0], { timeout: 5_000 })
    .not.toContain(uuidOf(lake));
  await store.close();
});

test('numbers that are too small for the database are none', async () => {
  const ada = somebody();
  const id = await placed(ada, 'Tiny', [1, 1e-50, 1e-40, 0]);
  const { vector } = await kit.db.embedding.findUniqueOrThrow({ where: { projectId: uuidOf(id) } });
  expect(vector.slice(0, 2)).toEqual([1, 0]);
});

test('a store that is new gets all that there is, and one that has missed something, that', async () => {
  const ada = somebody();
  const [here, there] = [await placed(ada, 'Here', [5, 5], 'new'), await placed(ada, 'There', [5, 4], 'new')];
  const store = openVectorStore('file::memory:');
  const before = { model: 'new', vector: [5, 5], updatedAt: new Date(0) };
  const gone = newId();
  for (const projectId of [gone, uuidOf(there)]) await store.put({ ...before, projectId, vector: [-5, -5] });
  const similarity = createSimilarity(kit.db, store);
  const at = { projectId: uuidOf(here), model: 'new', vector: [5, 5] };
  expect(await similarity.like([at])).toEqual([[uuidOf(there)]]);
  await similarity.close();
});

describe('without a store', () => {
  test('nothing is said of what is alike', async () => {
    await using plain = await createTestProjects();
    const ada = somebody();
    const id = await plain.imported(ada);
    const document = 'query ($id: ID!) { project(id: $id) { similar { id } } }';
    expect((await plain.execute(document, { id }, ada)).data).toEqual({ project: { similar: null } });
  });
});

describe.each(['sqlite-vec', 'pgvector'])('%s', (kind) => {
  let pgvector: Awaited<ReturnType<typeof startPgvector>>;
  beforeAll(async () => {
    if (kind === 'pgvector') pgvector = await startPgvector();
  });
  afterAll(() => pgvector?.[Symbol.asyncDispose]());

  test('keeps, compares and forgets', async () => {
    const store = openVectorStore(pgvector?.url ?? 'file::memory:');
    const model = newId();
    const at = (vector: number[]) => ({ projectId: newId(), model, vector, updatedAt: new Date() });
    const [origin, near, far] = [at([1, 0]), at([1, 0.1]), at([-1, 0])];
    for (const one of [far, near, origin]) await store.put(one);
    expect((await store.known()).get(near.projectId)).toEqual(near.updatedAt);
    expect(await store.nearest([origin, far], 10)).toEqual([
      [near.projectId, far.projectId],
      [near.projectId, origin.projectId],
    ]);
    expect(await store.nearest([origin], 1)).toEqual([[near.projectId]]);
    expect(await store.nearest([], 1)).toEqual([]);
    await store.put({ ...near, vector: [-2, 0.1] });
    await store.put({ ...far, vector: [1, 0] });
    expect(await store.nearest([origin], 1)).toEqual([[far.projectId]]);
    for (const { projectId } of [origin, near, far]) await store.remove(projectId);
    expect(await store.nearest([origin], 10)).toEqual([[]]);
    await store.close();
  });
});
