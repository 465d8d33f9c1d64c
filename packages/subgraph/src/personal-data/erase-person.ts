import {
  type ErasureCounts,
  isAbout,
  nameIn,
  type PersonalData,
  type PersonalTable,
  type PersonalTransaction,
  quoted,
} from './personal-data.ts';

/** What an erasure has done in a domain: sums over its tables. */
export interface Erasure extends ErasureCounts {
  /** Why rows were retained; null when none were. */
  reason: string | null;
}

/**
 * Erases a person from a domain's tables, as they are registered. Doing it again finds nothing left to do.
 *
 * @param userId a UUID
 */
export async function erasePerson<Transaction extends PersonalTransaction>(
  tx: Transaction,
  { tables }: PersonalData<Transaction>,
  userId: string,
): Promise<Erasure> {
  const sum: ErasureCounts = { erased: 0, anonymised: 0, retained: 0 };
  const reasons = new Set<string>();
  for (const [name, table] of Object.entries(tables)) {
    const counts = await eraseFrom(tx, name, table, userId);
    sum.erased += counts.erased ?? 0;
    sum.anonymised += counts.anonymised ?? 0;
    sum.retained += counts.retained ?? 0;
    if (counts.retained && 'reason' in table.onErasure && table.onErasure.reason)
      reasons.add(table.onErasure.reason);
  }
  return { ...sum, reason: reasons.size > 0 ? [...reasons].join(' ') : null };
}

async function eraseFrom<Transaction extends PersonalTransaction>(
  tx: Transaction,
  name: string,
  table: PersonalTable<Transaction>,
  userId: string,
): Promise<Partial<ErasureCounts>> {
  const person = nameIn(table, userId);
  const { onErasure } = table;
  const where = `${quoted(name)} WHERE ${isAbout(table)}`;
  if (onErasure.kind === 'custom') return onErasure.run(tx, userId);
  if (onErasure.kind === 'erase')
    return { erased: await tx.$executeRawUnsafe(`DELETE FROM ${where}`, person) };
  if (onErasure.kind === 'retain') {
    const [row] = await tx.$queryRawUnsafe<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM ${where}`,
      person,
    );
    return { retained: row?.count ?? 0 };
  }

  const assignments = Object.keys(onErasure.values).map((column, at) => `${quoted(column)} = $${at + 2}`);
  const sql = `UPDATE ${quoted(name)} SET ${assignments.join(', ')} WHERE ${isAbout(table)}`;
  return { anonymised: await tx.$executeRawUnsafe(sql, person, ...Object.values(onErasure.values)) };
}
