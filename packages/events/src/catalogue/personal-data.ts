import { z } from 'zod';
import type { EventDefinition } from './define.ts';

/** How often a part of an export may fill an event: Redis holds it until it is trimmed. */
const maxContentLength = 1_000_000;

const requestFacts = { requestId: z.uuid(), userId: z.uuid() };

const erased = z.object({
  ...requestFacts,
  rowsErased: z.int(),
  rowsAnonymised: z.int(),
  rowsRetained: z.int(),
  /** Why the domain has kept what it has kept; null when that is nothing. */
  retentionReason: z.string().nullable(),
});

const exported = z.object({
  ...requestFacts,
  /** 1, 2, 3 … within the domain. */
  part: z.int(),
  isLast: z.boolean(),
  rows: z.int(),
  /** Readable for nobody but the domain `users`: the log would else hold what is exported. Null for an empty part. */
  content: z.string().max(maxContentLength).nullable(),
});

/** A domain has erased what it kept of a person; sums of rows. */
export type DataErased = z.output<typeof erased>;
/** A domain has exported a part of what it keeps of a person. */
export type DataExported = z.output<typeof exported>;

type PersonalDataEvents<Domain extends string> = {
  [Name in `${Domain}DataErased`]: EventDefinition<typeof erased>;
} & { [Name in `${Domain}DataExported`]: EventDefinition<typeof exported> };

/**
 * The answers of a domain to the domain `users`, which asks every domain to export or to erase a person. Having them in
 * its catalogue makes a domain one that is asked.
 */
export function personalDataEvents<const Domain extends string>(domain: Domain): PersonalDataEvents<Domain> {
  return {
    [erasedEvent(domain)]: { payload: erased },
    [exportedEvent(domain)]: { payload: exported },
  } as PersonalDataEvents<Domain>;
}

/** The event by which a domain says that it has erased someone. */
export function erasedEvent(domain: string): string {
  return `${domain}DataErased`;
}

/** The event that carries a part of what a domain exports of someone. */
export function exportedEvent(domain: string): string {
  return `${domain}DataExported`;
}
