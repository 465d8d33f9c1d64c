import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { wallClockMs } from './wall-clock.ts';

export interface CreatedEvent {
  title: string;
  occurredAt: string;
  /** In milliseconds since the epoch, with fractions. */
  receivedAt: number;
}

const query = 'subscription { eventCreated { occurredAt event { title } } }';

/** Follows `eventCreated` over SSE; resolves when the stream stands, so that nothing is missed from then on. */
export async function followCreatedEvents(url: string, authorization: string) {
  const outgoing = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization },
  });
  outgoing.end(JSON.stringify({ query }));
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const messages = readMessages(response);
  // The first id says from where on events come.
  for await (const { text } of messages) if (/^id: /m.test(text)) break;

  return {
    async next(): Promise<CreatedEvent> {
      for (;;) {
        const { value, done } = await messages.next();
        if (done) throw new Error('the stream has ended');
        const json = /^data: (\{.*\})$/m.exec(value.text)?.[1];
        if (!json) continue;
        const { occurredAt, event } = JSON.parse(json).data.eventCreated;
        return { title: event.title, occurredAt, receivedAt: value.receivedAt };
      }
    },
    close: () => outgoing.destroy(),
  };
}

/** Unlike a generator, it can be left and entered again. */
function readMessages(
  response: IncomingMessage,
): AsyncIterableIterator<{ text: string; receivedAt: number }> {
  const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]();
  const ready: { text: string; receivedAt: number }[] = [];
  let rest = '';
  return {
    async next() {
      while (ready.length === 0) {
        const { value, done } = await chunks.next();
        if (done) return { done, value: undefined };
        const receivedAt = wallClockMs();
        const texts = (rest + value).split('\n\n');
        rest = texts.pop()!;
        ready.push(...texts.map((text) => ({ text, receivedAt })));
      }
      return { done: false, value: ready.shift()! };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
