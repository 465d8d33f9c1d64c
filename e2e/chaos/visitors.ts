import { request } from 'node:http';
import type { Account } from './accounts.ts';
import type { Random } from './random.ts';

/** After what a visitor leaves, and how that looks in what has been received: a position is told by SSE, a second part by multipart. */
const signs = {
  asked: /^/,
  answered: /^/,
  stands: /^id: |\{\}[\s\S]*\{\}/m,
  heard: /"data":\{/,
};
const departures = ['asked', 'answered', 'stands', 'stands', 'heard', 'heard'] as const;

const accepts = ['text/event-stream', 'multipart/mixed;subscriptionSpec=1.0'];

const documents = [
  'subscription($id: ID) { eventUpdated(id: $id) { cursor event { title organizer { displayName } } } }',
  'subscription($id: ID!) { registrationCreated(eventId: $id) { cursor registration { id } } }',
  'subscription { eventCreated { cursor event { title } } }',
  'subscription { notificationReceived { cursor notification { title } } }',
];

export interface VisitOptions {
  url: string;
  people: readonly Account[];
  eventIds: readonly string[];
  /** A cursor to resume after, as some do. */
  cursor: string;
  random: Random;
}

/** How long one waits for an event, in milliseconds: not every topic has any. */
const patienceMs = 300;

/**
 * Opens a stream, of any protocol, topic and viewer, and leaves it in one way or another.
 *
 * @returns whether it was there to see the stream stand
 */
export async function visit({ url, people, eventIds, cursor, random }: VisitOptions): Promise<boolean> {
  const departure = random.pick(departures);
  const headers = {
    accept: random.pick(accepts),
    'content-type': 'application/json',
    ...(random.between(0, 3) > 0 && { authorization: `Bearer ${await random.pick(people).token()}` }),
    ...(random.between(0, 3) === 0 && { 'last-event-id': cursor }),
  };
  const body = JSON.stringify({
    query: random.pick(documents),
    variables: { id: random.pick(eventIds) },
  });
  return new Promise<boolean>((resolve) => {
    let text = '';
    const exchange = request(url, { method: 'POST', headers, agent: false });
    const leave = () => exchange.destroy();
    exchange.on('close', () => resolve(signs.stands.test(text))).on('error', () => undefined);
    exchange.on('response', (response) => {
      response
        .on('error', () => undefined)
        .on('data', (chunk: Buffer) => {
          text += chunk;
          if (signs[departure].test(text)) leave();
        });
      setTimeout(leave, patienceMs);
    });
    exchange.end(body, () => {
      if (departure === 'asked') setTimeout(leave, random.between(0, 5));
    });
  });
}
