/** What a notification says and what it is about. */
export interface Text {
  kind: 'WELCOME' | 'REGISTRATION_CONFIRMED' | 'EVENT_UPDATED' | 'EVENT_CANCELLED' | 'SECURITY';
  /** A line of plain text. */
  title: string;
  /** Plain text. */
  body: string;
}

/** To someone who has just signed up. */
export function welcome(displayName: string): Text {
  return {
    kind: 'WELCOME',
    title: `Welcome, ${displayName}`,
    body: 'Your account is ready: create an event of your own, or register for one of others.',
  };
}

/** What people are told of by themselves, of all that is in the trail of their account. */
const warnings = new Map([
  ['IMPERSONATION_STARTED', 'An administrator acts under your name'],
  ['API_TOKEN_CREATED', 'A new API token can act in your name'],
  ['REFRESH_TOKEN_REUSED', 'A session was ended because its token was copied'],
]);

/**
 * To someone whose account something has happened to that they had better know at once.
 *
 * @param kind of a security event of auth
 * @returns null for what is no such thing
 */
export function securityWarning(kind: string): Text | null {
  const title = warnings.get(kind);
  if (title === undefined) return null;
  return {
    kind: 'SECURITY',
    title,
    body: 'The security events of your account say when, by whom and from where. If it was not to happen, end your sessions and change your password.',
  };
}

/**
 * To someone who has just registered for an event.
 *
 * @param eventTitle null when the event was made before this domain began to listen
 */
export function registrationConfirmed(eventTitle: string | null): Text {
  return {
    kind: 'REGISTRATION_CONFIRMED',
    title: eventTitle === null ? 'You are registered' : `You are registered for ${eventTitle}`,
    body: 'Should the organiser change or cancel it, you will read it here.',
  };
}

/**
 * To the attendees of an event that has changed.
 *
 * @param eventTitle as it is now
 * @param changes names of the event's fields, as `eventUpdated` lists them
 */
export function eventUpdated(eventTitle: string, changes: readonly string[]): Text {
  const what = new Set(changes.map((field) => nounByField.get(field)).filter((noun) => noun !== undefined));
  return {
    kind: 'EVENT_UPDATED',
    title: `${eventTitle} has changed`,
    body: `The organiser has changed ${what.size > 0 ? list.format(what) : 'its details'}.`,
  };
}

/**
 * To the attendees of an event that will not take place.
 *
 * @param reason in the words of who has cancelled it; null when they gave none
 */
export function eventCancelled(eventTitle: string, reason: string | null): Text {
  return {
    kind: 'EVENT_CANCELLED',
    title: `${eventTitle} is cancelled`,
    body: reason ? `The reason: ${reason}` : 'No reason has been given.',
  };
}

const list = new Intl.ListFormat('en-GB');

/** How people call the fields of an event; several may be one thing to them. */
const nounByField = new Map([
  ['title', 'its name'],
  ['description', 'its description'],
  ['startsAt', 'its time'],
  ['endsAt', 'its time'],
  ['timeZone', 'its time'],
  ['location', 'its place'],
  ['onlineUrl', 'its online address'],
  ['capacity', 'its number of places'],
  ['visibility', 'who can see it'],
]);
