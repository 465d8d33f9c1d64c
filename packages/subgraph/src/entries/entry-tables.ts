import type { ConsumerTables } from '@kronos/events';

/** Whether an entry allows or denies; what denies wins. */
export type Effect = 'ALLOW' | 'DENY';

/** A row of `access_entry`. */
export interface EntryRow {
  id: string;
  /** `user:<uuid>`, `group:<uuid>` or `role:<name>`. */
  subject: string;
  action: string;
  /** Null: all things of the type. */
  resourceId: string | null;
  effect: Effect;
  expiresAt: Date | null;
}

/** What is needed of a domain's Prisma client to read its copy of the entries; the models are in `prisma/events`. */
export interface EntryDatabase {
  accessEntry: { findMany(args: { where: object }): PromiseLike<EntryRow[]> };
  accessMembership: { findMany(args: { where: object }): PromiseLike<{ groupId: string }[]> };
}

/** What is needed of its transactions to write the copy. */
export interface EntryTables extends ConsumerTables {
  accessEntry: {
    deleteMany(args: { where: object }): PromiseLike<unknown>;
    createMany(args: { data: EntryRow[] }): PromiseLike<unknown>;
  };
  accessMembership: {
    deleteMany(args: { where: object }): PromiseLike<unknown>;
    createMany(args: {
      data: { userId: string; groupId: string }[];
      skipDuplicates: boolean;
    }): PromiseLike<unknown>;
  };
}
