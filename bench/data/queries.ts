import { createCache, openCacheRedis } from '@kronos/cache';
import { PrismaClient } from '@kronos/prisma-projects';
import { createLogger } from '@kronos/service';
import { domainAdapter, newId } from '@kronos/subgraph';
import { createTestDatabase, testRedisUrl } from '@kronos/subgraph/testing';
import { type DataSources, queryData } from '../../subgraphs/database/src/data/data-query.ts';
import { openReaders } from '../../subgraphs/database/src/data/readers.ts';
import { type Candidate, type Figures, measure } from '../access/measure.ts';

interface Settings {
  seconds: number;
  rounds: number;
  people: number;
  /** Of each person. */
  projects: number;
}

const input = {
  table: 'projects',
  filters: { status: 'active' },
  pagination: { page: 1, limit: 20 },
};

/** A person's page of projects with their number: by `dataQuery`, from its cache and without one, and by Prisma alone. */
export async function queries({ people, projects, ...turns }: Settings): Promise<Figures[]> {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await createTestDatabase('projects'));
  const prisma = new PrismaClient({ adapter: domainAdapter(database.url) });
  opened.defer(() => prisma.$disconnect());
  const logger = createLogger({ name: 'bench', level: 'silent' });
  const redis = openCacheRedis(await testRedisUrl(), logger);
  opened.defer(() => redis.disconnect());
  await new Promise((resolve) => redis.once('ready', resolve));
  const cache = createCache({ redis, logger });
  const readers = openReaders([{ domain: 'projects', url: database.url, operatorUrl: database.url }], {
    statementTimeoutMs: 5_000,
    logger,
  });
  opened.defer(() => readers.close());
  const sources = (isUpToDate: boolean): DataSources => ({
    readers,
    pages: cache.namespace('data', { ttlSeconds: 300 }),
    counts: cache.namespace('data-counts', { ttlSeconds: 300 }),
    isUpToDate: async () => isUpToDate,
  });

  const userIds = Array.from({ length: people }, () => newId());
  for (const userId of userIds)
    await prisma.project.createMany({
      data: Array.from({ length: projects }, (_, index) => ({
        ...{ id: newId(), userId, title: `Project ${index}` },
        status: index % 2 ? 'active' : 'draft',
      })),
    });
  await prisma.$executeRaw`ANALYZE`;
  let next = 0;
  const viewer = () => userIds[next++ % people]!;
  const query = async (data: DataSources) => {
    const { pagination } = await queryData(data, input, { owner: viewer() });
    await pagination.count();
  };
  const [cached, uncached] = [sources(true), sources(false)];
  const candidates: Candidate[] = [
    { name: '`dataQuery`, from the cache', answers: 1, run: () => query(cached) },
    { name: '`dataQuery`, without a cache', answers: 1, run: () => query(uncached) },
    {
      name: 'Prisma alone',
      answers: 1,
      async run() {
        const where = { userId: viewer(), status: 'active' };
        await Promise.all([
          prisma.project.findMany({ where, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: 21 }),
          prisma.project.count({ where }),
        ]);
      },
    },
  ];
  // Every page is there once.
  for (const _ of userIds) await query(cached);
  return await measure(candidates, turns);
}
