import { PrismaClient, type Project } from '@kronos/prisma-projects';
import { createLogger } from '@kronos/service';
import { defineSubgraph, domainAdapter, encodeId, serveSubgraph } from '@kronos/subgraph';
import { Registry } from 'prom-client';

interface Asked {
  userId: string;
  status: string;
  until: Date;
  page: number;
  limit: number;
}

const columns = {
  id: true,
  userId: true,
  title: true,
  description: true,
  status: true,
  contentPath: true,
  parameters: true,
  createdAt: true,
  updatedAt: true,
};

function resolversOn(db: PrismaClient) {
  return {
    Query: {
      projects(_parent: unknown, { userId, status, until, page, limit }: Asked) {
        const where = { userId, status, createdAt: { lte: until } };
        const found = db.project.findMany({
          ...{ where, select: columns, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] },
          ...{ take: limit, skip: (page - 1) * limit },
        });
        // A promise of Prisma's begins when it is waited for: both are asked at once where both are wanted.
        return {
          rows: () => found.then((rows) => rows.map(toRow)),
          total: () => db.project.count({ where }),
        };
      },
    },
  };
}

/** As `dataQuery` answers, so that answers can be compared. */
function toRow(project: Pick<Project, keyof typeof columns>) {
  return {
    id: encodeId('project', project.id),
    user_id: encodeId('user', project.userId),
    title: project.title,
    description: project.description,
    status: project.status,
    content_path: project.contentPath,
    parameters: project.parameters,
    created_at: project.createdAt.toISOString(),
    updated_at: project.updatedAt.toISOString(),
  };
}

// What a subgraph of one resolver is by hand: the same handler, and in the resolver nothing but Prisma.
await serveSubgraph(async ({ PROJECTS_DATABASE_URL: url }) => {
  const db = new PrismaClient({ adapter: domainAdapter(url!) });
  return defineSubgraph({
    name: 'plain',
    schemaFile: new URL('prisma.graphql', import.meta.url),
    resolvers: resolversOn(db),
    createContext: (request) => request,
    readiness: async () => ({}),
    close: () => db.$disconnect(),
    logger: createLogger({ name: 'plain', level: 'silent' }),
    metrics: new Registry(),
  });
});
