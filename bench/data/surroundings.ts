import { PrismaClient } from '@kronos/prisma-projects';
import { domainAdapter, newId } from '@kronos/subgraph';
import {
  createTestDatabase,
  createTestGateway,
  createTestProducer,
  testRedisUrl,
} from '@kronos/subgraph/testing';
import { type Side, startSides } from './sides.ts';

interface Options {
  people: number;
  /** Of each person. */
  projects: number;
  /** The folder for CPU profiles, when they are wanted. */
  profile: string | undefined;
}

/** Fills the databases, starts all sides on them, and takes away what is its own afterwards. */
export async function withSides<Result>(
  { people, projects, profile }: Options,
  work: (sides: Side[], userIds: string[]) => Promise<Result>,
): Promise<Result> {
  await using opened = new AsyncDisposableStack();
  const own = opened.use(await createTestDatabase('database'));
  const filled = opened.use(await createTestDatabase('projects'));
  const users = opened.use(await createTestDatabase('users'));
  const gateway = opened.use(await createTestGateway());
  const redisUrl = await testRedisUrl();
  // A query is answered from the cache when it is known what its domain has announced: their logs begin.
  for (const domain of ['projects', 'users']) opened.use(await createTestProducer(domain, redisUrl));
  const userIds = await fill(filled.url, people, projects);
  const sides = await startSides({
    gateway,
    redisUrl,
    environment: {
      LOG_LEVEL: 'silent',
      KRONOS_MASTER_KEYS: `bench:${Buffer.alloc(32).toString('base64')}`,
      KRONOS_INTERNAL_JWKS_FILE: gateway.jwksFile,
      KRONOS_OPERATOR_DATABASE_URL: process.env.KRONOS_TEST_POSTGRES_URL!,
      DATABASE_DATABASE_URL: own.url,
      PROJECTS_DATABASE_URL: filled.url,
      USERS_DATABASE_URL: users.url,
      ...(profile && { BENCH_PROFILE: profile }),
    },
  });
  opened.defer(async () => {
    await Promise.all(sides.map((side) => side.process.stop()));
  });
  return await work(sides, userIds);
}

async function fill(url: string, people: number, projects: number): Promise<string[]> {
  const prisma = new PrismaClient({ adapter: domainAdapter(url) });
  try {
    const userIds = Array.from({ length: people }, () => newId());
    const begin = Date.parse('2026-01-01T00:00:00Z');
    for (const [person, userId] of userIds.entries())
      await prisma.project.createMany({
        data: Array.from({ length: projects }, (_, index) => ({
          ...{ id: newId(), userId, title: `Project ${index}` },
          status: index % 2 ? 'active' : 'draft',
          createdAt: new Date(begin + (index * people + person) * 1_000),
        })),
      });
    await prisma.$executeRaw`VACUUM ANALYZE`;
    return userIds;
  } finally {
    await prisma.$disconnect();
  }
}
