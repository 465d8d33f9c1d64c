import type { Consumer, EventLog, Relay } from '@kronos/events';
import type { Post } from '@kronos/mail';
import type {
  Account,
  ApiToken,
  LinkedIdentity,
  MfaFactor,
  OAuthClient,
  OAuthClientSecret,
  PrismaClient,
  SecurityEvent,
  Session,
} from '@kronos/prisma-auth';
import type { Sealer } from '@kronos/sealing';
import { type RequestContext, rowLoader, rowsLoader } from '@kronos/subgraph';
import type DataLoader from 'dataloader';
import type { AccessTokens } from './access-token.ts';
import type { TokenPurpose } from './account-token.rules.ts';
import type { ForeignProviders } from './identity.providers.ts';
import type { Passkeys } from './mfa.passkeys.ts';
import type { Passwords } from './passwords.ts';
import type { ProviderSettings } from './provider/provider.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Throttle } from './throttle.ts';

/** What lives as long as the subgraph. */
export interface Services {
  database: PrismaClient;
  /** Encrypts what must not be read in the database. */
  sealer: Sealer;
  log: EventLog;
  relay: Relay;
  /** Brings roles and scopes from the domain `users`. */
  users: Consumer;
  accessTokens: AccessTokens;
  passwords: Passwords;
  signingKeys: SigningKeys;
  throttle: Throttle;
  /** Under which names access tokens are issued. */
  oauth: ProviderSettings;
  post: Post;
  passkeys: Passkeys;
  /** By which people log in beside passwords and passkeys. */
  foreignProviders: ForeignProviders;
  /** The link of a letter. */
  links(purpose: TokenPurpose, token: string): string;
}

/** What resolvers work with: the services, and loaders for one request. */
export interface Context extends RequestContext, Services {
  accounts: DataLoader<string, Account | null>;
  /** Second factors of an account, the oldest first. */
  factorsOf: DataLoader<string, MfaFactor[]>;
  /** What is linked to an account, the oldest first: at most one of each provider. */
  identitiesOf: DataLoader<string, LinkedIdentity[]>;
  /** An account's recovery codes that are not used yet: ten at most. */
  recoveryCodesOf: DataLoader<string, { accountId: string }[]>;
  /** The secrets of an OAuth client that are good, the newest first: two at most. */
  secretsOf: DataLoader<string, OAuthClientSecret[]>;
  sessions: DataLoader<string, Session | null>;
  securityEvents: DataLoader<string, SecurityEvent | null>;
  oauthClients: DataLoader<string, OAuthClient | null>;
  apiTokens: DataLoader<string, ApiToken | null>;
}

/** Makes the context of one request, or of one event of a subscription. */
export function createContext(services: Services, request: RequestContext): Context {
  const { database } = services;
  return {
    ...request,
    ...services,
    accounts: rowLoader((ids) => database.account.findMany({ where: { id: { in: [...ids] } } })),
    sessions: rowLoader((ids) => database.session.findMany({ where: { id: { in: [...ids] } } })),
    factorsOf: rowsLoader(
      (ids) =>
        database.mfaFactor.findMany({
          where: { accountId: { in: ids } },
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        }),
      ({ accountId }) => accountId,
    ),
    identitiesOf: rowsLoader(
      (ids) =>
        database.linkedIdentity.findMany({
          where: { accountId: { in: ids } },
          orderBy: [{ linkedAt: 'asc' }, { id: 'asc' }],
        }),
      ({ accountId }) => accountId,
    ),
    recoveryCodesOf: rowsLoader(
      (ids) =>
        database.recoveryCode.findMany({
          where: { accountId: { in: ids }, usedAt: null },
          select: { accountId: true },
        }),
      ({ accountId }) => accountId,
    ),
    secretsOf: rowsLoader(
      (ids) =>
        database.oAuthClientSecret.findMany({
          where: { clientId: { in: ids }, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
          orderBy: { createdAt: 'desc' },
        }),
      ({ clientId }) => clientId,
    ),
    apiTokens: rowLoader((ids) => database.apiToken.findMany({ where: { id: { in: [...ids] } } })),
    securityEvents: rowLoader((ids) => database.securityEvent.findMany({ where: { id: { in: [...ids] } } })),
    oauthClients: rowLoader((ids) => database.oAuthClient.findMany({ where: { id: { in: [...ids] } } })),
  };
}
