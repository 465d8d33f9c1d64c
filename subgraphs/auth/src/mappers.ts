import type {
  ApiToken,
  Impersonation,
  LinkedIdentity,
  MfaFactor,
  OAuthClient,
  OAuthClientSecret,
  SecurityEvent,
  Session,
  SigningKey,
} from '@kronos/prisma-auth';
import type { Connection, Edge } from '@kronos/subgraph';
import type { SigningKeyStatus } from './signing-key.rules.ts';

/**
 * Whether this very request has proved by a password or a refresh token to come from the owner. Someone who signs up
 * or logs in has no access token yet, and still sees their own address and session in the answer.
 */
interface Proof {
  isCaller?: boolean;
}

/** `id` is a UUID. */
export type UserMapper = { id: string } & Proof;
export type MfaFactorMapper = MfaFactor;
export type SessionMapper = Session & Proof;
export type SessionConnectionMapper = Connection<SessionMapper>;
export type SigningKeyMapper = Pick<SigningKey, 'kid' | 'algorithm' | 'createdAt'> & {
  status: SigningKeyStatus;
};
export type SecurityEventMapper = SecurityEvent;
export type SecurityEventConnectionMapper = Connection<SecurityEvent>;
export type OAuthClientMapper = OAuthClient;
export type OAuthClientSecretMapper = Pick<OAuthClientSecret, 'createdAt' | 'expiresAt'>;
export type OAuthClientConnectionMapper = Connection<OAuthClient>;
export type OAuthClientEdgeMapper = Edge<OAuthClient>;
export type ApiTokenMapper = ApiToken;
export type ApiTokenConnectionMapper = Connection<ApiToken>;
export type ImpersonationMapper = Impersonation;
export type ImpersonationConnectionMapper = Connection<Impersonation>;
export type AuthorizationMapper = Session;
export type AuthorizationConnectionMapper = Connection<Session>;
export type AuthorizationEdgeMapper = Edge<Session>;
export type LinkedIdentityMapper = LinkedIdentity;
