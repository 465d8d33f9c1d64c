import { expect, inject, test } from 'vitest';
import { client, signUp } from '../kit/client.ts';
import { createEvent, until } from '../kit/graph.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

const eventCreated = 'subscription { eventCreated { cursor event { id visibility } } }';

/** Groups, upstreams and streams that the gateway has at the moment. */
async function figures(): Promise<Record<string, number>> {
  const text = await (await fetch(new URL('/metrics', inject('kronosUrl')))).text();
  const figure = (name: string) => Number(new RegExp(`^kronos_gateway_${name} (\\d+)$`, 'm').exec(text)?.[1]);
  return {
    groups: figure('stream_groups'),
    upstreams: figure('stream_upstreams'),
    streams: figure('streams'),
    timed: figure('stream_lag_seconds_count'),
  };
}

test('strangers share one stream, each person has their own, and it is gone with them', async () => {
  const [ada, stranger] = [await signUp('Ada'), client()];
  await waitUntil(async () => (await figures()).streams === 0);
  const before = await figures();
  const strangers = await Promise.all([1, 2, 3].map(() => stranger.listen(eventCreated)));
  const hers = await Promise.all([1, 2].map(() => ada.listen(eventCreated)));
  expect(await figures()).toMatchObject({ groups: 2, upstreams: 2, streams: 5 });

  // What only Ada may see comes to both of hers, and to nobody else.
  const secret = await createEvent(ada, { visibility: 'PRIVATE' });
  const open = await createEvent(ada);
  for (const stream of hers) {
    await until(stream, ({ data }) => data.eventCreated.event.id === secret.id);
    await until(stream, ({ data }) => data.eventCreated.event.id === open.id);
  }
  for (const stream of strangers) {
    const heard: string[] = [];
    await until(stream, ({ data }) => heard.push(data.eventCreated.event.id) > 0 && heard.at(-1) === open.id);
    expect(heard).not.toContain(secret.id);
  }
  // Two events to one group, one to the other.
  expect((await figures()).timed! - before.timed!).toBe(3);

  for (const stream of [...strangers, ...hers]) await stream.return?.();
  await waitUntil(async () => {
    const { groups, upstreams, streams } = await figures();
    return groups === 0 && upstreams === 0 && streams === 0;
  });
});
