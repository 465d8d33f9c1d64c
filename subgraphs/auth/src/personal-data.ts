import type { Prisma } from '@kronos/prisma-auth';
import {
  erased,
  erasedBy,
  type PersonalData,
  personKeyTable,
  retained,
  searchKeyTable,
} from '@kronos/subgraph';
import { revokeApiTokens } from './api-token.revoke.ts';
import { endImpersonations } from './impersonation.end.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';
import { endSessions } from './session.end.ts';

const trail =
  'Who came in, and who changed what, must be found out afterwards: it is kept for 400 days, and then deleted.';

/** What this domain keeps of people. What throttles guesses in Redis are hashes, and go within the hour. */
export const personalData: PersonalData<Prisma.TransactionClient> = {
  tables: {
    session: {
      holds: 'Log-ins, with the device and the address that they came from.',
      person: 'account_id',
      onErasure: erasedBy(async (tx, accountId) => {
        // Gateways have to hear of each, while the account can still be found.
        await endSessions(tx, { accountId }, { because: 'USER_ERASED', by: null });
        const sessions = await tx.session.findMany({ where: { accountId }, select: { id: true } });
        // What the OAuth provider keeps of a consent belongs to the session that the consent has opened.
        const grants = await tx.oidcRecord.deleteMany({
          where: { grantId: { in: sessions.map(({ id }) => id) } },
        });
        const { count } = await tx.session.deleteMany({ where: { accountId } });
        return { erased: grants.count + count };
      }),
    },
    api_token: {
      holds: 'Tokens for their programs: what they call them, and what they are good for.',
      person: 'account_id',
      withheld: ['hash'],
      onErasure: erasedBy(async (tx, accountId) => {
        await revokeApiTokens(tx, { accountId }, null);
        const { count } = await tx.apiToken.deleteMany({ where: { accountId } });
        return { erased: count };
      }),
    },
    mfa_factor: {
      holds: 'What they prove who they are by beside the password, and how they call it.',
      person: 'account_id',
      withheld: ['sealed_secret', 'last_step', 'challenge', 'credential_id', 'public_key', 'sign_count'],
      onErasure: erased,
    },
    recovery_code: {
      holds: 'That they have codes for when they lose a second factor.',
      person: 'account_id',
      withheld: ['hash'],
      onErasure: erased,
    },
    log_in_challenge: {
      holds: 'Log-ins that are half done, for five minutes.',
      person: 'account_id',
      withheld: ['hash', 'passkey'],
      onErasure: erased,
    },
    linked_identity: {
      holds: 'Accounts at other providers that they log in by, and how they are known there.',
      person: 'account_id',
      onErasure: erased,
    },
    foreign_sign_in: {
      holds: 'That they have begun to link an account at another provider, for ten minutes.',
      person: 'account_id',
      withheld: ['hash', 'secrets'],
      onErasure: erased,
    },
    account_token: {
      holds: 'That links for their account were sent, and to which address.',
      person: 'account_id',
      withheld: ['hash'],
      onErasure: erased,
    },
    account: {
      holds: 'The account: its address and rights.',
      person: 'id',
      withheld: ['password_hash'],
      onErasure: erasedBy(async (tx, id) => {
        const { count } = await tx.account.deleteMany({ where: { id } });
        if (count > 0) await raiseSecurityEvent(tx, { kind: 'USER_ERASED', userId: id, by: null });
        return { erased: count };
      }),
    },
    impersonation: {
      holds:
        'That an administrator has acted under their name, or they under another’s: who, why, from when to when.',
      person: ['user_id', 'actor_id'],
      withheld: ['actor_session_id'],
      onErasure: erasedBy(async (tx, userId) => {
        const ofBoth = { OR: [{ userId }, { actorId: userId }] };
        await endImpersonations(tx, ofBoth, null);
        return { retained: await tx.impersonation.count({ where: ofBoth }) };
      }, 'Who has acted under whose name must be found out afterwards: it is kept for 400 days, and then deleted.'),
    },
    security_event: {
      holds: 'What happened to the security of their account, with the device and the address it came from.',
      person: 'user_id',
      mentions: { actor_id: 'Who did it.' },
      onErasure: retained(trail),
    },
    // The last: from then on nothing is read that is sealed of them.
    person_key: personKeyTable,
  },
  others: {
    search_key: searchKeyTable,
    mail: 'Letters on their way: sealed, not to be told apart by person, and gone when they are sent or expire.',
    refresh_token: 'Hashes of tokens; they go with their session.',
    oauth_client: 'Programs, of nobody in particular.',
    oauth_client_secret: 'Hashes of secrets of programs.',
    oidc_record:
      'What the OAuth provider keeps for a while, sealed; it goes with the session of its consent.',
    signing_key: 'Keys of the system.',
  },
};
