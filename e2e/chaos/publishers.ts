import { client, type Json } from '../kit/client.ts';
import type { Account } from './accounts.ts';
import type { Attempt } from './journal.ts';
import type { Random } from './random.ts';

/** Somebody who makes events happen, one after the other, by mutations. */
export interface Publisher {
  /** Does one thing; whether it was acknowledged. */
  step(): Promise<boolean>;
}

/** An event that people register for. */
export interface Gathering {
  id: string;
  organizer: Account;
}

/** Sends the mutations of one person and writes down what came of each. */
export class Hand {
  readonly account: Account;
  readonly #url: string;
  readonly #attempts: Attempt[];

  constructor(account: Account, url: string, attempts: Attempt[]) {
    this.account = account;
    this.#url = url;
    this.#attempts = attempts;
  }

  /** The field's value, or undefined when the graph could not be asked or has not answered it. */
  async ask(document: string, variables: Record<string, unknown>): Promise<Json | undefined> {
    const caller = client(await this.account.token(), this.#url);
    const answer = await caller.query(document, variables).catch(() => undefined);
    return answer?.data ? Object.values(answer.data)[0] : undefined;
  }

  /** Asks for a change that, when it is made, is told in an `event` with this mark. */
  async change(
    event: Attempt['event'],
    mark: string,
    document: string,
    variables: Record<string, unknown>,
  ): Promise<Json | undefined> {
    const payload = await this.ask(document, variables);
    const isRefused = payload?.userErrors.length > 0;
    const outcome = payload ? (isRefused ? 'refused' : 'acknowledged') : 'lost';
    this.#attempts.push({ event, mark, outcome });
    return isRefused ? undefined : payload;
  }
}

const create = `mutation($input: EventCreateInput!) {
  eventCreate(input: $input) { event { id } userErrors { code } }
}`;
const update = `mutation($id: ID!, $input: EventUpdateInput!) {
  eventUpdate(id: $id, input: $input) { event { id } userErrors { code } }
}`;
const register = `mutation($input: RegistrationCreateInput!) {
  registrationCreate(input: $input) { registration { id } userErrors { code } }
}`;
const cancel =
  'mutation($id: ID!) { registrationCancel(id: $id) { registration { id } userErrors { code } } }';
const ownPlace = 'query($id: ID!) { event(id: $id) { viewerRegistration { id status } } }';

const nextMonth = () => new Date(Date.now() + 30 * 86_400_000).toISOString();
let titles = 0;

/** Creates an event and gives its id; undefined when that is not known to have worked. */
export async function createEvent(
  hand: Hand,
  input: Record<string, unknown> = {},
): Promise<string | undefined> {
  const title = `Event ${++titles} of ${hand.account.name}`;
  const variables = { input: { title, startsAt: nextMonth(), ...input } };
  return (await hand.change('eventCreated', title, create, variables))?.event.id;
}

/** An organiser: creates events, some of which nobody else may see, and changes those that are there. */
export function createOrganizer(
  hand: Hand,
  own: { open: string; hidden: string; large?: string },
  random: Random,
): Publisher & { round(): Promise<void> } {
  let versions = 0;
  async function change(id: string): Promise<boolean> {
    const title = `${id} becomes ${++versions}`;
    return Boolean(await hand.change('eventUpdated', title, update, { id, input: { title } }));
  }
  const publish = async (visibility: string) => Boolean(await createEvent(hand, { visibility }));

  return {
    async step() {
      const lot = random.between(1, 100);
      if (lot <= 45) return publish('PUBLIC');
      if (lot <= 52) return publish('PRIVATE');
      if (lot <= 60) return change(own.hidden);
      return change(own.large && lot <= 85 ? own.large : own.open);
    },
    async round() {
      await untilDone(() => publish('PUBLIC'));
      await untilDone(() => publish('PRIVATE'));
      for (const id of Object.values(own)) await untilDone(() => change(id));
    },
  };
}

/** An attendee: takes a place at gatherings and gives it back, over and over. */
export function createAttendee(
  hand: Hand,
  gatherings: readonly Gathering[],
  random: Random,
): Publisher & { round(): Promise<void> } {
  /** What is known of one's places: an id that is held, null for none, nothing after an answer was lost. */
  const places = new Map<string, string | null>(gatherings.map(({ id }) => [id, null]));

  async function findOut(id: string): Promise<void> {
    const event = await hand.ask(ownPlace, { id });
    if (!event) return;
    const place = event.viewerRegistration;
    places.set(id, place?.status === 'CONFIRMED' ? place.id : null);
  }

  async function toggle(id: string): Promise<boolean> {
    if (!places.has(id)) await findOut(id);
    const held = places.get(id);
    if (held === undefined) return false;
    const mark = `${id} ${hand.account.id}`;
    places.delete(id);
    const payload = held
      ? await hand.change('registrationCancelled', mark, cancel, { id: held })
      : await hand.change('registrationCreated', mark, register, { input: { eventId: id } });
    if (payload) places.set(id, held ? null : payload.registration.id);
    return Boolean(payload);
  }

  return {
    step: () => toggle(random.pick(gatherings).id),
    async round() {
      // Whether one comes or goes first: after two turns one has come once.
      for (const { id } of gatherings) for (const _turn of [1, 2]) await untilDone(() => toggle(id));
    },
  };
}

async function untilDone(act: () => Promise<boolean>): Promise<void> {
  while (!(await act())) await new Promise((resolve) => setTimeout(resolve, 100));
}
