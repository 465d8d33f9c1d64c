import type { Event } from '@kronos/prisma-events';
import { z } from 'zod';

/** PostgreSQL stores no NUL character in a text. */
const storable = (value: string) => !value.includes('\0');

function text(longest: number, name: string) {
  return z
    .string(`${name} must be a text.`)
    .trim()
    .max(longest, `${name} must not be longer than ${longest.toLocaleString('en')} characters.`)
    .refine(storable, `${name} must not contain the NUL character.`);
}

/** A text that may be left empty; blank is stored as null. */
function optionalText(longest: number, name: string) {
  return text(longest, name)
    .transform((value) => value || null)
    .nullable();
}

/** Whether this is the name of an IANA time zone that this process knows. */
export function isTimeZone(name: string): boolean {
  // Intl takes offsets such as +01:00 too: they are no zones, for they know no summer time.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Whether this is an address that a browser opens as a web page; not `javascript:` and its like. */
export function isWebAddress(value: string): boolean {
  return URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol);
}

const capacityRange = 'The capacity must be a whole number from 1 to 1,000,000, or null for no limit.';

const fields = {
  title: text(200, 'The title').min(1, 'An event needs a title.'),
  description: optionalText(10_000, 'The description'),
  // Nobody organises the distant past.
  startsAt: z
    .date('An event needs a beginning.')
    .min(new Date('1970-01-01T00:00:00Z'), 'The beginning must not be before 1970.'),
  endsAt: z.date().nullable(),
  timeZone: z
    .string('An event needs a time zone.')
    .refine(isTimeZone, 'The time zone must be an IANA name, such as Europe/Paris.'),
  location: optionalText(500, 'The location'),
  onlineUrl: z
    .string()
    .trim()
    .max(2_000, 'The address must not be longer than 2,000 characters.')
    .refine(isWebAddress, 'The address must begin with http:// or https://.')
    .nullable(),
  visibility: z.enum(['PUBLIC', 'UNLISTED', 'PRIVATE'], 'An event needs a visibility.'),
  capacity: z.int(capacityRange).min(1, capacityRange).max(1_000_000, capacityRange).nullable(),
};

/** What `eventUpdate` takes: every field may be missing, which leaves it as it is. */
export const eventUpdateSchema = z.object(fields).partial();

/** A validated `EventUpdateInput`. */
export type EventChanges = z.output<typeof eventUpdateSchema>;

/** What `eventCreate` takes at the moment `now`. */
export function eventCreateSchema(now: Date) {
  const { description, endsAt, location, onlineUrl, capacity } = fields;
  return z
    .object({
      ...fields,
      description: description.default(null),
      startsAt: fields.startsAt.refine((startsAt) => startsAt > now, 'The beginning must be in the future.'),
      endsAt: endsAt.default(null),
      location: location.default(null),
      onlineUrl: onlineUrl.default(null),
      capacity: capacity.default(null),
      publish: z.boolean(),
    })
    .refine(endsAfterStart, { path: ['endsAt'], error: endBeforeStart });
}

export const endBeforeStart = 'The end must be after the beginning.';

/** Whether an event's times are in order. */
export function endsAfterStart(event: Pick<Event, 'startsAt' | 'endsAt'>): boolean {
  return event.endsAt === null || event.endsAt > event.startsAt;
}

/** What `eventCancel` takes. */
export const eventCancelSchema = z.object({ reason: optionalText(1_000, 'The reason').default(null) });

/** The changes that change something: what already is as it should be is left out. */
export function effectiveChanges(event: Event, changes: EventChanges): EventChanges {
  const entries = Object.entries(changes) as [keyof EventChanges, unknown][];
  return Object.fromEntries(
    entries.filter(([name, value]) => value !== undefined && !isSame(event[name], value)),
  );
}

function isSame(before: unknown, after: unknown): boolean {
  if (before instanceof Date && after instanceof Date) return before.getTime() === after.getTime();
  return before === after;
}

/** How many places are left, or null when their number is not limited. */
export function remainingPlaces(event: Pick<Event, 'capacity' | 'registeredCount'>): number | null {
  return event.capacity === null ? null : event.capacity - event.registeredCount;
}
