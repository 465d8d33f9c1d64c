import type { Viewer } from '../caller.ts';
import type { Effect, EntryDatabase, EntryRow } from './entry-tables.ts';

/**
 * What entries say to one viewer of the things of a domain. Both of its answers come from the same rows, so that what is
 * not listed is not found by its id either.
 */
export interface Access {
  /**
   * The condition under which the viewer may do something, for a list or for one row: what the domain allows anyway, or
   * what an entry allows, but nothing that an entry denies.
   *
   * @param otherwise what the domain allows without entries
   * @param now entries that have ended by then are none
   */
  where<Where extends object>(action: string, otherwise: Where, now?: Date): Where;
  /**
   * What entries say of some things, in one query; what is missing in the answer is not mentioned by any.
   *
   * @param ids UUIDs
   * @param db a transaction in which to look, when what it sees must hold until it ends
   */
  check(
    action: string,
    ids: readonly string[],
    db?: Pick<EntryDatabase, 'accessEntry'>,
  ): Promise<Map<string, Effect>>;
}

/** Strangers are in no role: no entry concerns them. */
const noEntries: Access = { where: (_action, otherwise) => otherwise, check: async () => new Map() };

/**
 * Reads what the entries that a domain keeps (`entryHandlers`) say to a viewer: the one way in which a subgraph asks who
 * may do what. Costs two small queries, once for a request.
 *
 * The roles are those of the token, with what they inherit; the groups are those that were announced last.
 *
 * @param db has a relation `accessEntries` on the model whose rows are things
 */
export async function loadAccess(db: EntryDatabase, viewer: Viewer | null): Promise<Access> {
  if (!viewer) return noEntries;
  const { userId, roles } = viewer;
  const own = [`user:${userId}`, ...roles.map((role) => `role:${role}`)];
  const [memberships, onType] = await Promise.all([
    db.accessMembership.findMany({ where: { userId } }),
    // Only administrators write these. Those for groups are sorted out here, which spares waiting for the groups.
    db.accessEntry.findMany({
      where: { resourceId: null, OR: [{ subject: { in: own } }, { subject: { startsWith: 'group:' } }] },
    }),
  ]);
  const subjects = [...own, ...memberships.map(({ groupId }) => `group:${groupId}`)];
  const forViewer = onType.filter(({ subject }) => subjects.includes(subject));

  return {
    where<Where extends object>(action: string, otherwise: Where, now = new Date()): Where {
      const onAll = effectOf(forViewer.filter((entry) => entry.action === action && isLive(entry, now)));
      // A relation's filter cannot be typed without the domain's client.
      const nothing = { id: { in: [] } } as object as Where;
      if (onAll === 'DENY') return nothing;
      const about = (effect: Effect) => ({ subject: { in: subjects }, action, effect, ...live(now) });
      const notDenied = { accessEntries: { none: about('DENY') } } as object as Where;
      if (onAll === 'ALLOW') return notDenied;
      const shared = { accessEntries: { some: about('ALLOW') } };
      return { AND: [notDenied, { OR: [otherwise, shared] }] } as object as Where;
    },

    async check(action, ids, given = db) {
      const now = new Date();
      const rows = await given.accessEntry.findMany({
        where: { resourceId: { in: [...ids] }, subject: { in: subjects }, action, ...live(now) },
      });
      const onAll = forViewer.filter((entry) => entry.action === action && isLive(entry, now));
      const effects = ids.flatMap((id) => {
        const effect = effectOf([...onAll, ...rows.filter(({ resourceId }) => resourceId === id)]);
        return effect ? [[id, effect] as const] : [];
      });
      return new Map(effects);
    },
  };
}

function effectOf(entries: readonly EntryRow[]): Effect | undefined {
  return entries.some(({ effect }) => effect === 'DENY') ? 'DENY' : entries[0]?.effect;
}

function isLive({ expiresAt }: EntryRow, now: Date): boolean {
  return !expiresAt || expiresAt > now;
}

function live(now: Date) {
  return { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
}
