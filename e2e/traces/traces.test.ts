import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@kronos/telemetry/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Json, type Person, signUp } from '../kit/client.ts';
import { until } from '../kit/graph.ts';
import { type Kronos, startKronos } from '../kit/kronos.ts';

const create = `mutation Create($input: EventCreateInput!) {
  eventCreate(input: $input) { event { id } userErrors { code } }
}`;
const created = 'subscription News { eventCreated { event { title organizer { displayName } } } }';
const input = { title: 'Traced', startsAt: new Date(Date.now() + 30 * 86_400_000).toISOString() };
/** The span of somebody outside. */
const outside = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

async function ask(url: string, query: string, variables: object, headers: Record<string, string> = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return { headers: answer.headers, body: (await answer.json()) as Json };
}

describe.each([
  ['two processes', 'false'],
  ['one process', 'true'],
])('in %s', (_, isOneProcess) => {
  let receiver: OtlpReceiver;
  let kronos: Kronos;
  let ada: Person;
  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    kronos = await startKronos({
      environment: {
        KRONOS_ONE_PROCESS: isOneProcess,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_BSP_SCHEDULE_DELAY: '50',
      },
    });
    ada = await signUp('Ada', kronos.url);
  });
  afterAll(async () => {
    await kronos?.[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  /** The span below `parentId` that is named and of a service as said, once it has been received. */
  const child = (parentId: string, name: string, service: string): Promise<ReceivedSpan> =>
    receiver.until((spans) => {
      const siblings = spans.filter((span) => span.parentId === parentId);
      const found = siblings.find((span) => span.name === name && span.service === `kronos-${service}`);
      if (found) return found;
      const names = siblings.map((span) => `${span.service}: ${span.name}`);
      throw new Error(`${service}: ${name} is not below ${parentId}, where there are ${names.join(', ')}`);
    });

  test('one trace leads from a mutation to its delivery at a subscriber', async () => {
    const grace = await signUp('Grace', kronos.url);
    const events = await grace.listen(created);
    const { body } = await ask(
      kronos.url,
      create,
      { input },
      {
        authorization: `Bearer ${ada.token}`,
        traceparent: `00-${outside.traceId}-${outside.spanId}-01`,
      },
    );
    expect(body.errors).toBeUndefined();
    const event = await until(events, ({ data }) => data.eventCreated.event.title === input.title);
    expect(event).toEqual({
      data: { eventCreated: { event: { title: input.title, organizer: { displayName: 'Ada' } } } },
    });
    await events.return?.();

    const request = await child(outside.spanId, 'mutation', 'gateway');
    const fetching = await child(request.spanId, 'mutation events', 'gateway');
    const operation = await child(fetching.spanId, 'mutation', 'events');
    const resolver = await child(operation.spanId, 'Mutation.eventCreate', 'events');
    await child(resolver.spanId, 'COMMIT', 'events');
    const written = await child(resolver.spanId, 'create eventCreated', 'events');
    await child(written.spanId, 'INSERT outbox', 'events');
    await child(written.spanId, 'send eventCreated', 'events');
    const processed = await child(written.spanId, 'process eventCreated', 'events');
    await child(processed.spanId, 'SELECT event', 'events');
    const delivery = await child(processed.spanId, 'deliver eventCreated', 'gateway');
    const organizer = await child(delivery.spanId, 'query users', 'gateway');
    const users = await child(organizer.spanId, 'query', 'users');
    const reference = await child(users.spanId, 'User.__resolveReference', 'users');
    await child(reference.spanId, 'SELECT user', 'users');

    const order = [request, fetching, operation, resolver, written, processed, delivery, organizer, users];
    expect(order.every(({ traceId }) => traceId === outside.traceId)).toBe(true);
    for (const [index, span] of order.entries())
      if (index > 0) expect(span.startedAt).toBeGreaterThanOrEqual(order[index - 1]!.startedAt - 5);
    // Nothing of the trace hangs in the air, when all of it has ended.
    const all = await receiver.until((spans) => {
      const ofTrace = spans.filter(({ traceId }) => traceId === outside.traceId);
      const known = new Set([outside.spanId, ...ofTrace.map(({ spanId }) => spanId)]);
      expect(ofTrace.filter(({ parentId }) => !known.has(String(parentId)))).toEqual([]);
      return ofTrace;
    });
    expect(JSON.stringify(all)).not.toContain(input.title);
  });

  test('what another domain does because of an event is in the trace of the event', async () => {
    const { body } = await ask(kronos.url, create, { input }, { authorization: `Bearer ${ada.token}` });
    const { id } = body.data.eventCreate.event;
    const register = `mutation Register($input: RegistrationCreateInput!) {
      registrationCreate(input: $input) { registration { id } userErrors { code } }
    }`;
    const grace = await signUp('Grace', kronos.url);
    const notified = await grace.listen('subscription { notificationReceived { notification { id } } }');
    const answer = await ask(
      kronos.url,
      register,
      { input: { eventId: id } },
      {
        authorization: `Bearer ${grace.token}`,
        'x-request-id': 'register',
      },
    );
    expect(answer.body.errors).toBeUndefined();
    const request = await receiver.until((spans) =>
      spans.find(
        ({ attributes, service }) =>
          attributes['kronos.request_id'] === 'register' && service === 'kronos-gateway',
      ),
    );
    const consumed = await receiver.until((spans) =>
      spans.find(
        (span) =>
          span.traceId === request.traceId &&
          span.name === 'process registrationCreated' &&
          span.service === 'kronos-notifications',
      ),
    );
    const told = await child(consumed.spanId, 'create notificationReceived', 'notifications');
    const processed = await child(told.spanId, 'process notificationReceived', 'notifications');
    await child(processed.spanId, 'deliver notificationReceived', 'gateway');
    await notified.return?.();
  });

  test('an error that a user sees leads to its log lines and to its trace', async () => {
    const { headers, body } = await ask(
      kronos.url,
      'query Lost($id: ID!) { event(id: $id) { title } }',
      { id: 'nonsense' },
      { 'x-client-name': 'till', 'x-client-version': '1.2' },
    );
    const requestId = headers.get('x-request-id');
    const [{ extensions }] = body.errors;
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', requestId });
    const file = isOneProcess === 'true' ? 'graph.log' : 'gateway.log';
    const lines = await vi.waitFor(async () => {
      const log = await readFile(join(kronos.home, 'logs', file), 'utf8');
      const found = log.split('\n').filter((line) => line.includes(String(requestId)));
      expect(found).not.toEqual([]);
      return found.map((line) => JSON.parse(line));
    });
    expect(lines).toEqual([
      expect.objectContaining({
        requestId,
        traceId: extensions.traceId,
        clientName: 'till',
        clientVersion: '1.2',
        codes: ['BAD_USER_INPUT'],
      }),
    ]);
    const failed = await receiver.until((spans) =>
      spans.find(({ traceId, name }) => traceId === extensions.traceId && name === 'Query.event'),
    );
    expect(failed).toMatchObject({ service: 'kronos-events', failure: 'BAD_USER_INPUT' });
  });

  test('what has not been sent is sent when the processes end', async () => {
    await ask(kronos.url, 'query Last { events(first: 1) { totalCount } }', {}, { 'x-request-id': 'last' });
    expect(await kronos.stop()).toBe(0);
    expect(receiver.spans).toContainEqual(
      expect.objectContaining({ attributes: expect.objectContaining({ 'kronos.request_id': 'last' }) }),
    );
  });
});
