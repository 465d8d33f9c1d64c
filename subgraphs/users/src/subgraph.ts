import { PrismaClient } from '@kronos/prisma-users';
import { parseEnvironment } from '@kronos/service';
import { defineSubgraph, domainAdapter, openSealedDomain, type Subgraph } from '@kronos/subgraph';
import { followAccessChanges } from './access.changes.ts';
import { type AccessChecker, createAccessChecker } from './access.checker.ts';
import { createAnnouncer } from './announcer.ts';
import { catchUpWith } from './catch-up.ts';
import { createContext } from './context.ts';
import { environmentShape } from './environment.ts';
import { eraseEverywhereAgain } from './erasure/erase-everywhere-again.ts';
import { onAuth } from './on-auth.ts';
import { onEvents } from './on-events.ts';
import { consumersOfAll } from './on-personal-data.ts';
import { onProjects } from './on-projects.ts';
import { personalData } from './personal-data.ts';
import { resolvers } from './resolvers.ts';
import { startSagaClock } from './saga-clock.ts';
import { sealedFields } from './sealed-fields.ts';

const whoseIsNotKnown = 'Whose this is may be known in a moment';

/** Builds the users subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(
  environment: NodeJS.ProcessEnv,
  givenClient?: PrismaClient,
): Promise<Subgraph> {
  const settings = parseEnvironment(environmentShape, environment);
  const { USERS_DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOG_LEVEL: logLevel } = settings;
  const { domain, database: db } = openSealedDomain({
    name: 'users',
    logLevel,
    client: givenClient ?? new PrismaClient({ adapter: domainAdapter(databaseUrl) }),
    sealedFields,
    masterKeys: settings,
    databaseUrl,
    redisUrl,
    personalData,
    consumers: consumersOfAll({ auth: onAuth, events: onEvents, projects: onProjects }),
    writesOfPeople: ['auth', 'events', 'projects'],
    onErasedAgain: eraseEverywhereAgain,
  });
  const announcer = createAnnouncer(db, domain.logger);
  const access: AccessChecker = createAccessChecker({ db, isCurrent: () => changes.isCurrent() });
  const changes = followAccessChanges(domain.log, domain.logger, access);
  const dependencies = {
    db,
    log: domain.log,
    catchUp: catchUpWith(domain.consumers.auth, 'Someone may have signed up just now'),
    catchUpWithOwners: new Map([
      ['event', catchUpWith(domain.consumers.events, whoseIsNotKnown)],
      ['project', catchUpWith(domain.consumers.projects, whoseIsNotKnown)],
    ]),
    access,
    announceSoon: announcer.soon,
  };

  const stopClock = startSagaClock(db, domain.logger);

  return defineSubgraph({
    ...domain,
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext(dependencies, request),
    async close() {
      changes.close();
      await announcer.close();
      await stopClock();
      await domain.close();
    },
  });
}
