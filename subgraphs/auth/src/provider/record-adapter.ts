import type { OidcRecord, PrismaClient } from '@kronos/prisma-auth';
import type { Sealer } from '@kronos/sealing';
import { encodeId, tryDecodeId } from '@kronos/subgraph';
import Provider, { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import { hashSecret } from '../secret-token.ts';
import type { SessionEnding } from '../session.end.ts';
import { isSessionOpen } from '../session.rules.ts';
import { currentCaller } from './caller.ts';
import { toMetadata } from './client-metadata.ts';
import { revokeGrant } from './grants.ts';

export interface RecordAdapterOptions {
  database: PrismaClient;
  sealer: Sealer;
}

/** What a record's payload is sealed for. */
export const recordContext = (id: string) => `oidc-record:${id}`;

/** What never has an end of its own is kept for as long as a session can live. */
const longestSeconds = 365 * 24 * 60 * 60;

/**
 * Where the provider keeps its things: a row each, found by the hash of its id and sealed, so that a copy of the database
 * opens nothing. Clients are not kept here, they are those of `oauthClientCreate`.
 */
export function createRecordAdapter({ database, sealer }: RecordAdapterOptions): (kind: string) => Adapter {
  return (kind) => (kind === 'Client' ? clients(database) : records(kind, database, sealer));
}

function records(kind: string, database: PrismaClient, sealer: Sealer): Adapter {
  const idOf = (known: string) => `${kind}:${hashSecret(known)}`;

  function open(record: OidcRecord | null): AdapterPayload | undefined {
    if (!record) return undefined;
    const payload = JSON.parse(
      Buffer.from(sealer.unseal(record.payload, recordContext(record.id))).toString(),
    );
    const consumed = record.consumedAt && Math.floor(record.consumedAt.getTime() / 1000);
    return { ...payload, ...(consumed && { consumed }) };
  }

  return {
    async upsert(known, payload, expiresIn) {
      const id = idOf(known);
      const grantId = kind === 'Grant' ? known : payload.grantId;
      const data = {
        payload: sealer.seal(Buffer.from(JSON.stringify(payload)), recordContext(id)),
        grantId: grantId ? tryDecodeId('session', grantId) : null,
        uid: payload.uid ?? null,
        userCode: payload.userCode ? hashSecret(payload.userCode) : null,
        expiresAt: new Date(Date.now() + (expiresIn || longestSeconds) * 1000),
      };
      await database.oidcRecord.upsert({ where: { id }, create: { id, kind, ...data }, update: data });
    },

    async find(known) {
      if (kind === 'Grant' && !(await isOpen(database, known))) return undefined;
      return open(await database.oidcRecord.findUnique({ where: { id: idOf(known) } }));
    },

    async findByUid(uid) {
      return open(await database.oidcRecord.findFirst({ where: { kind, uid } }));
    },

    async findByUserCode(userCode) {
      return open(await database.oidcRecord.findFirst({ where: { kind, userCode: hashSecret(userCode) } }));
    },

    /** Whoever comes second, however close, has a copy: what the first was given is worth nothing (RFC 9700, 4.14.2). */
    async consume(known) {
      const id = idOf(known);
      const { count } = await database.oidcRecord.updateMany({
        where: { id, consumedAt: null },
        data: { consumedAt: new Date() },
      });
      if (count === 1) return;
      const record = await database.oidcRecord.findUnique({ where: { id } });
      if (record?.grantId) await revokeGrant(database, record.grantId, reuse());
      throw new errors.InvalidGrant('it was used already');
    },

    async destroy(known) {
      const sessionId = kind === 'Grant' ? tryDecodeId('session', known) : null;
      if (sessionId) await revokeGrant(database, sessionId, endingOf(Provider.ctx?.oidc?.route));
      await database.oidcRecord.deleteMany({ where: { id: idOf(known) } });
    },

    async revokeByGrantId(grantId) {
      await database.oidcRecord.deleteMany({ where: { kind, grantId: tryDecodeId('session', grantId) } });
    },
  };
}

/** Why the provider ends a grant, by where it does so. */
function endingOf(route: string | undefined): SessionEnding {
  // A code or a refresh token has come a second time.
  if (route === 'token') return reuse();
  if (route === 'revocation') return { because: 'TOKEN_REVOKED', by: currentCaller(), actorId: null };
  return { because: 'LOGGED_OUT', by: currentCaller(), actorId: 'OWNER' };
}

function reuse(): SessionEnding {
  return { kind: 'REFRESH_TOKEN_REUSED', because: 'TOKEN_REUSED', by: currentCaller(), actorId: null };
}

/** What a grant is worth, the session says that it has opened: whoever ends that has taken it back. */
async function isOpen(database: PrismaClient, grantId: string): Promise<boolean> {
  const id = tryDecodeId('session', grantId);
  const session = id && (await database.session.findUnique({ where: { id } }));
  return Boolean(session && isSessionOpen(session, new Date()));
}

function clients(database: PrismaClient): Adapter {
  const cannot = async () => {
    throw new errors.InvalidRequest('clients are registered by oauthClientCreate');
  };
  return {
    async find(id) {
      const clientId = tryDecodeId('oauth_client', id);
      if (!clientId || encodeId('oauth_client', clientId) !== id) return undefined;
      const client = await database.oAuthClient.findUnique({
        where: { id: clientId },
        include: { secrets: { where: { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] } } },
      });
      return client ? (toMetadata(client) as AdapterPayload) : undefined;
    },
    upsert: cannot,
    findByUid: cannot,
    findByUserCode: cannot,
    consume: cannot,
    destroy: cannot,
    revokeByGrantId: cannot,
  };
}
