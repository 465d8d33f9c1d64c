import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '@kronos/service';
import { createTestSubgraph } from '@kronos/subgraph/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSubgraph } from '../subgraph.ts';
import { createTestRouter } from '../testing/test-router.ts';

test('a new version of the graph is announced once, and operations are judged by it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kronos-graph-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'supergraph.graphql');
  const sdl = await readFile(join(repositoryRoot, 'supergraph.graphql'), 'utf8');
  await writeFile(file, sdl);
  await using router = await createTestRouter({ KRONOS_SUPERGRAPH: file });
  await using _second = await createTestSubgraph(createSubgraph, { ...router.environment });
  const known = () => router.db.announcedSupergraph.findUnique({ where: { id: 1 } });
  await vi.waitFor(async () => expect(await known()).not.toBeNull(), 10_000);
  const first = (await known())!.schemaHash;
  await using stream = await router.subscribe('subscription { supergraphUpdated { schemaHash cursor } }');

  const input = { document: 'query New { roles { id renamed: name extra } }' };
  expect(await router.faults('persistedOperationPublish', { input })).toEqual(['INVALID input.document']);
  await writeFile(
    file,
    sdl.replace(/(type Role implements Node[\s\S]*?\n {2}id: ID!\n)/, '$1\n  extra: Int\n'),
  );
  const { supergraphUpdated } = (await stream.message()).data!;
  expect(supergraphUpdated.schemaHash).toMatch(/^[0-9a-f]{64}$/);
  expect(supergraphUpdated.schemaHash).not.toBe(first);
  // The other process may have seen it first.
  await vi.waitFor(
    async () => expect(await router.faults('persistedOperationPublish', { input })).toEqual([]),
    { timeout: 10_000, interval: 50 },
  );
  expect(await router.db.outbox.count({ where: { name: 'supergraphUpdated' } })).toBe(1);
});
