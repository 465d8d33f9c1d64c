import {
  announceDataErased,
  announceDataExported,
  type Handlers,
  type OutboxTransaction,
  scrubOutbox,
} from '@kronos/events';
import { erasePerson } from './erase-person.ts';
import { exportPerson, type UnsealRows } from './export-person.ts';
import type { PersonalData, PersonalTransaction } from './personal-data.ts';
import { seal } from './sealed.ts';

export interface OnPersonRequestedOptions<Transaction> {
  domain: string;
  personalData: PersonalData<Transaction>;
  /** Resolves when what others have announced so far has had its effect here; rejects when that takes too long. */
  upToDate(): Promise<void>;
  unsealRows?: UnsealRows | undefined;
  /** What is to be done before a person is erased, outside of the database; when it fails, the domain is asked again. */
  beforeErasure?: ((userId: string) => Promise<void>) | undefined;
}

/**
 * What a domain does when the domain `users` asks for a person's data, or for its end: the work and the answer in the
 * transaction of the event, so that both happen exactly once.
 */
export function onPersonRequested<Transaction extends PersonalTransaction & OutboxTransaction>(
  options: OnPersonRequestedOptions<Transaction>,
): Handlers<Transaction> {
  const { domain, personalData, upToDate, unsealRows, beforeErasure } = options;
  return {
    async erasureStepRequested(tx, { payload: { requestId, userId, domain: asked } }) {
      if (asked !== domain) return;
      // What is still on its way here, such as someone's sign-up, would else write of the person after the erasure.
      await upToDate();
      await beforeErasure?.(userId);
      const { erased, anonymised, retained, reason } = await erasePerson(tx, personalData, userId);
      await scrubOutbox(tx, domain, userId);
      await announceDataErased(tx, domain, {
        requestId,
        userId,
        rowsErased: erased,
        rowsAnonymised: anonymised,
        rowsRetained: retained,
        retentionReason: reason,
      });
    },

    async dataExportRequested(tx, { payload: { requestId, userId, publicKey } }) {
      await upToDate();
      let part = 0;
      for await (const { rows, tables } of exportPerson(tx, personalData, userId, unsealRows)) {
        part += 1;
        const content = await seal(JSON.stringify({ domain, part, tables }), publicKey);
        await announceDataExported(tx, domain, { requestId, userId, part, isLast: false, rows, content });
      }
      await announceDataExported(tx, domain, {
        requestId,
        userId,
        part: part + 1,
        isLast: true,
        rows: 0,
        content: null,
      });
    },
  };
}
