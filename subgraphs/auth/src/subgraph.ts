import { createPost, createSmtp } from '@kronos/mail';
import { type Prisma, PrismaClient } from '@kronos/prisma-auth';
import { sealedFields } from '@kronos/prisma-auth/sealed-fields';
import { createSealer, keepSealed, openMasterKeys } from '@kronos/sealing';
import { parseEnvironment } from '@kronos/service';
import { defineSubgraph, domainAdapter, openSealedDomain, type Subgraph } from '@kronos/subgraph';
import { createAccessTokens } from './access-token.ts';
import { addAccountPages } from './account-pages/routes.ts';
import { linkOf } from './account-token.rules.ts';
import { addApiTokenRoute } from './api-token.exchange-route.ts';
import { createContext, type Services } from './context.ts';
import { environmentShape } from './environment.ts';
import { startHousekeeping } from './housekeeping.ts';
import { createForeignProviders } from './identity.providers.ts';
import { addJwksRoute } from './jwks-route.ts';
import { createPasskeys } from './mfa.passkeys.ts';
import { onUsers } from './on-users.ts';
import { writeReset } from './password.reset.ts';
import { preparePasswordRules } from './password.rules.ts';
import { createPasswords } from './passwords.ts';
import { personalData } from './personal-data.ts';
import { addProviderRoutes } from './provider/routes.ts';
import { resolvers } from './resolvers.ts';
import { sealedColumns } from './sealed-columns.ts';
import { keepSigningKeys } from './signing-keys.keep.ts';
import { createSigningKeys } from './signing-keys.ts';
import { createThrottle } from './throttle.ts';

/** Builds the auth subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(
  environment: NodeJS.ProcessEnv,
  givenClient?: PrismaClient,
): Promise<Subgraph> {
  const {
    AUTH_DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    ...settings
  } = parseEnvironment(environmentShape, environment);
  const sealer = createSealer({ keys: openMasterKeys(settings) });
  const { domain, database } = openSealedDomain({
    name: 'auth',
    logLevel: settings.LOG_LEVEL,
    client: givenClient ?? createClient(databaseUrl),
    sealedFields,
    masterKeys: settings,
    databaseUrl,
    redisUrl,
    personalData,
    consumers: { users: onUsers },
  });
  const { log, relay, logger, metrics } = domain;
  const signingKeys = createSigningKeys({ database, sealer });
  const throttle = createThrottle({
    redisUrl,
    signUpsPerHour: settings.AUTH_SIGN_UPS_PER_HOUR,
    logger,
    metrics,
  });
  const { SMTP_URL: smtpUrl, MAIL_FROM: from } = settings;
  const smtp = smtpUrl ? createSmtp({ url: smtpUrl, from }) : undefined;
  const template =
    settings.AUTH_LINK_TEMPLATE ?? `${settings.KRONOS_PUBLIC_URL}/account/{action}?token={token}`;
  const links: Services['links'] = (purpose, token) => linkOf(template, purpose, token);
  const post = createPost({
    database,
    sealer,
    smtp,
    write: (transaction: Prisma.TransactionClient, order) => writeReset(transaction, order, links),
    logger,
    metrics,
  });
  post.start();
  const oauth = {
    publicUrl: settings.KRONOS_PUBLIC_URL,
    tokenIssuer: settings.KRONOS_TOKEN_ISSUER,
    audience: settings.KRONOS_TOKEN_AUDIENCE,
    registrationToken: settings.KRONOS_OAUTH_REGISTRATION_TOKEN,
  };
  const services: Services = {
    oauth,
    database,
    sealer,
    log,
    relay,
    users: domain.consumers.users,
    signingKeys,
    throttle,
    post,
    links,
    passkeys: createPasskeys({
      publicUrl: settings.KRONOS_PUBLIC_URL,
      origins: settings.AUTH_PASSKEY_ORIGINS ?? [new URL(settings.KRONOS_PUBLIC_URL).origin],
    }),
    foreignProviders: createForeignProviders({
      settings: settings.KRONOS_SIGN_IN_PROVIDERS,
      origins: [new URL(settings.KRONOS_PUBLIC_URL).origin, ...settings.KRONOS_CORS_ORIGINS],
    }),
    accessTokens: createAccessTokens({
      signingKeys,
      issuer: settings.KRONOS_TOKEN_ISSUER,
      audience: settings.KRONOS_TOKEN_AUDIENCE,
    }),
    passwords: await createPasswords(metrics),
  };
  preparePasswordRules();
  const stopHousekeeping = startHousekeeping(database, logger);
  const workers = [
    keepSigningKeys({ database, sealer, signingKeys, rotationDays: settings.AUTH_SIGNING_KEY_DAYS, logger }),
    keepSealed({ database, columns: sealedColumns, sealer, logger, metrics }),
  ];

  return defineSubgraph({
    ...domain,
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext(services, request),
    routes(app, tools) {
      addJwksRoute(app, signingKeys, logger);
      addApiTokenRoute(app, tools, services);
      addAccountPages(app, tools, services);
      addProviderRoutes(app, tools, services, oauth, logger);
    },
    async close() {
      stopHousekeeping();
      // It writes what became of letters: the database goes after it.
      await Promise.all([post.close(), ...workers.map((end) => end())]);
      await Promise.all([domain.close(), throttle.close()]);
    },
  });
}

function createClient(databaseUrl: string): PrismaClient {
  return new PrismaClient({
    adapter: domainAdapter(databaseUrl),
    // Under a rush of sign-ups waiting for a connection is better than failing.
    transactionOptions: { maxWait: 10_000, timeout: 10_000 },
  });
}
