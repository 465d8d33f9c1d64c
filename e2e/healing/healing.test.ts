import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type Person, signUp } from '../kit/client.ts';
import { type Kronos, startKronos } from '../kit/kronos.ts';
import { descendant } from '../kit/processes.ts';
import { ResumingListener, waitUntil } from '../kit/resuming-listener.ts';

let kronos: Kronos;
beforeAll(async () => {
  kronos = await startKronos();
});
afterAll(() => kronos?.[Symbol.asyncDispose]());

/** Codes that tell a client what to do; INTERNAL_SERVER_ERROR is not among them. */
const clearCodes = ['SERVICE_UNAVAILABLE', 'GATEWAY_TIMEOUT'];

const parts = [
  ['Redis', /redis-server/],
  ['PostgreSQL', /postgres -D|postgres.*-D/],
  ['the subgraph host', /serve/],
  ['the gateway', /gateway\/src\/main/],
] as const;

test.each(parts)(
  'kill -9 of %s: clear errors meanwhile, no committed event lost, healed by itself',
  async (_name, command) => {
    const ada = await signUp('Ada', kronos.url);
    const listener = new ResumingListener({
      url: kronos.url,
      token: ada.token,
      query: 'subscription { eventCreated { event { id title organizer { displayName } } } }',
    });
    await listener.stands();

    const committed: string[] = [];
    const refusals: (Answer | Error)[] = [];
    const publish = async () => {
      const answer = await createEvent(ada).catch((error: Error) => error);
      if (answer instanceof Error || !answer.data?.eventCreate?.event) refusals.push(answer);
      else committed.push(answer.data.eventCreate.event.id);
    };

    for (let count = 0; count < 5; count++) await publish();
    process.kill(descendant(kronos.process.pid!, command).pid, 'SIGKILL');
    const before = committed.length;
    await waitUntil(async () => {
      await publish();
      return (
        committed.length >= before + 10 &&
        (await fetch(new URL('/ready', kronos.url)).catch(() => undefined))?.status === 200
      );
    });

    const heard = () =>
      listener.results
        .map((result) => result.data?.eventCreated?.event.id)
        .filter((id) => committed.includes(id));
    await waitUntil(() => heard().length >= committed.length);
    expect(heard()).toEqual(committed);
    for (const refusal of refusals) {
      // A gateway that is away can say nothing: the connection fails.
      if (refusal instanceof Error) expect(refusal.message).toBe('fetch failed');
      else for (const error of refusal.errors ?? []) expect(clearCodes).toContain(error.extensions.code);
    }
    listener.close();
  },
);

function createEvent(ada: Person): Promise<Answer> {
  return ada.query(
    'mutation($input: EventCreateInput!) { eventCreate(input: $input) { event { id } userErrors { code message } } }',
    { input: { title: 'Through the storm', startsAt: '2027-01-15T18:00:00Z' } },
  );
}
