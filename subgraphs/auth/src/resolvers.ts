import type { Resolvers } from './__generated__/types.ts';
import { userSignUp } from './account.sign-up.ts';
import { User, userCreated } from './account.ts';
import { apiTokenCreate } from './api-token.create.ts';
import { apiTokenRevoke } from './api-token.revoke.ts';
import { ApiToken, apiToken, apiTokens } from './api-token.ts';
import { Authorization, authorizationRevoke } from './authorization.ts';
import { emailChangeConfirm, emailChangeRequest, emailChangeRevert } from './email.change.ts';
import { emailVerificationRequest, emailVerify } from './email.verify.ts';
import { identityLink, identityLinkStart } from './identity.link.ts';
import { oauthSignInComplete, oauthSignInStart } from './identity.sign-in.ts';
import { LinkedIdentity, signInProviders } from './identity.ts';
import { identityUnlink } from './identity.unlink.ts';
import { impersonationEnd } from './impersonation.end.ts';
import { impersonationStart } from './impersonation.start.ts';
import { Impersonation, impersonations } from './impersonation.ts';
import { mfaFactorEnroll } from './mfa-factor.enroll.ts';
import { mfaFactorRemove, recoveryCodesCreate } from './mfa-factor.remove.ts';
import { MfaFactor } from './mfa-factor.ts';
import { mfaFactorVerify } from './mfa-factor.verify.ts';
import { oauthClientCreate } from './oauth-client.create.ts';
import { oauthClientDelete } from './oauth-client.delete.ts';
import { oauthClientSecretRotate } from './oauth-client.secret-rotate.ts';
import { OAuthClient, oauthClient, oauthClients } from './oauth-client.ts';
import { oauthClientUpdate } from './oauth-client.update.ts';
import { passwordChange } from './password.change.ts';
import { passwordResetConfirm, passwordResetRequest } from './password.reset.ts';
import { SecurityEvent, securityEvent, securityEventRaised, securityEvents } from './security-event.ts';
import { serviceTokenIssue } from './service-token.issue.ts';
import { sessionCreate } from './session.create.ts';
import { passkeyChallengeCreate, sessionCreateComplete } from './session.create-complete.ts';
import { sessionRefresh } from './session.refresh.ts';
import { sessionRevoke, sessionsRevokeAll } from './session.revoke.ts';
import { sessionStepUp } from './session.step-up.ts';
import { Session, session, sessionRevoked } from './session.ts';
import { signingKeyRotate, signingKeys } from './signing-key.ts';
import { tokenIntrospect } from './token.introspect.ts';
import { viewer } from './viewer.ts';

/** Every field of the schema that is more than a property of its parent. */
export const resolvers: Resolvers = {
  Query: {
    viewer,
    session,
    signingKeys,
    securityEvent,
    securityEvents,
    oauthClients,
    oauthClient,
    tokenIntrospect,
    apiToken,
    apiTokens,
    impersonations,
    signInProviders,
  },
  Mutation: {
    userSignUp,
    sessionCreate,
    sessionRefresh,
    sessionStepUp,
    sessionRevoke,
    sessionsRevokeAll,
    signingKeyRotate,
    emailVerificationRequest,
    emailVerify,
    emailChangeRequest,
    emailChangeConfirm,
    emailChangeRevert,
    passwordChange,
    passwordResetRequest,
    passwordResetConfirm,
    oauthClientCreate,
    oauthClientUpdate,
    oauthClientDelete,
    oauthClientSecretRotate,
    authorizationRevoke,
    serviceTokenIssue,
    apiTokenCreate,
    apiTokenRevoke,
    sessionCreateComplete,
    passkeyChallengeCreate,
    mfaFactorEnroll,
    mfaFactorVerify,
    mfaFactorRemove,
    recoveryCodesCreate,
    impersonationStart,
    impersonationEnd,
    oauthSignInStart,
    oauthSignInComplete,
    identityLinkStart,
    identityLink,
    identityUnlink,
  },
  Subscription: {
    userCreated,
    sessionRevoked,
    securityEventRaised,
  },
  User,
  Session,
  SecurityEvent,
  OAuthClient,
  Authorization,
  ApiToken,
  MfaFactor,
  LinkedIdentity,
  Impersonation,
};
