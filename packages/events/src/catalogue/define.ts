import type { z } from 'zod';

/** What the catalogue says of one event. */
export interface EventDefinition<Payload extends z.ZodObject = z.ZodObject> {
  /** What the event carries. Ids are plain UUIDs. */
  payload: Payload;
  /** The payload's field by which subscribers may choose, such as the one person it concerns. */
  key?: string & keyof z.output<Payload>;
  /**
   * What in it is personal: the field that names the person (a UUID), and the text fields that are overwritten, in outbox
   * and log, when that person is erased.
   */
  personal?: {
    of: string & keyof z.output<Payload>;
    fields: readonly (string & keyof z.output<Payload>)[];
  };
}

/** An entry of the catalogue: its definition and the domain that alone may publish it. */
export type OwnedEvent<Definition> = Definition & { owner: string };

/**
 * Declares the events of one domain. Keeps each payload's own type, and refuses (at compile time) a `key` that the
 * payload does not have.
 */
export function defineEvents<const Payloads extends Record<string, z.ZodObject>>(
  owner: string,
  definitions: { [Name in keyof Payloads]: EventDefinition<Payloads[Name]> },
): { [Name in keyof Payloads]: OwnedEvent<EventDefinition<Payloads[Name]>> } {
  const owned = Object.entries<EventDefinition>(definitions).map(
    ([name, definition]) => [name, { ...definition, owner }] as const,
  );
  return Object.fromEntries(owned) as {
    [Name in keyof Payloads]: OwnedEvent<EventDefinition<Payloads[Name]>>;
  };
}
