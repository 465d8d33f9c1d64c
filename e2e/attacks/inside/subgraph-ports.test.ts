import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { type Client, logIn, type Person, signUp } from '../../kit/client.ts';
import { codesOf, type HeaderList, send } from '../kit/send.ts';
import { expectSound } from '../kit/sound.ts';
import { origin, readRunFile } from '../kit/system.ts';

const ports = Object.entries(readRunFile().subgraphPorts);
const own = new URL(origin);
const everywhere = [['gateway', Number(own.port)] as const, ...ports];

let ada: Person;
let administrator: Client;
beforeAll(async () => {
  [ada, administrator] = await Promise.all([signUp('Ada'), logIn(inject('kronosAdministrator'))]);
});

const documents = [
  '{ __typename }',
  '{ _service { sdl } }',
  '{ __schema { types { name } } }',
  'query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id } } }',
  'mutation { signingKeyRotate { signingKey { kid } } }',
  'subscription { userUpdated { user { id } } }',
];

describe.each(ports)('the port of %s', (_name, port) => {
  const at = `http://127.0.0.1:${port}`;

  async function expectNothing(headers: HeaderList, query: string): Promise<void> {
    const variables = { r: [{ __typename: 'User', id: ada.id }] };
    const reply = expectSound(
      await send({
        url: `${at}/graphql`,
        headers: ['content-type', 'application/json', ...headers],
        body: { query, variables },
      }),
    );
    expect(reply.status).toBe(401);
    expect(codesOf(reply)).toEqual(['UNAUTHENTICATED']);
    expect(Object.keys(reply.body)).toEqual(['errors']);
  }

  test('gives nothing without a token, as JSON or as a stream', async () => {
    for (const query of documents) {
      await expectNothing([], query);
      await expectNothing(['accept', 'text/event-stream'], query);
    }
  });

  test('gives nothing to the token of a user, or of an administrator', async () => {
    for (const token of [ada.token, administrator.token, ada.refreshToken]) {
      for (const query of documents) await expectNothing(['authorization', `Bearer ${token}`], query);
    }
  });

  test('gives nothing to who says that the gateway sends them', async () => {
    for (const query of documents) {
      await expectNothing(
        [
          ...['x-kronos-client-address', '127.0.0.1', 'x-kronos-viewer', ada.id],
          ...['x-kronos-client-application', '00000000-0000-7000-8000-000000000000'],
          ...['x-forwarded-for', '127.0.0.1', 'via', '1.1 kronos-gateway', 'x-internal', 'true'],
        ],
        query,
      );
    }
  });

  test('knows no other way in', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY']) {
      const reply = expectSound(await send({ method, url: `${at}/graphql?query={__typename}`, headers: [] }));
      expect([400, 404]).toContain(reply.status);
      expect(reply.body.data).toBeUndefined();
    }
    for (const path of ['/', '/graphql/', '/GraphQL', '//graphql', '/graphql;a', '/explorer', '/admin']) {
      const reply = expectSound(await send({ url: at + path, body: { query: '{ __typename }' } }));
      expect([401, 404]).toContain(reply.status);
      expect(reply.body.data).toBeUndefined();
    }
  });

  test('tells no rules of the edge to who is not the gateway', async () => {
    for (const headers of [[], ['authorization', `Bearer ${administrator.token}`]]) {
      const reply = expectSound(await send({ method: 'GET', url: `${at}/edge-rules`, headers }));
      expect([401, 404]).toContain(reply.status);
      expect(reply.text).not.toContain('keyHashes');
    }
  });

  test('tells of its keys what is public', async () => {
    const { status, text } = await send({ method: 'GET', url: `${at}/.well-known/jwks.json`, headers: [] });
    expect([200, 404]).toContain(status);
    expect(text).not.toMatch(/"d"|"k"|private/i);
  });
});

describe.each(everywhere)('%s', (_name, port) => {
  test('shows its metrics to programs on this machine alone, not to pages and not through proxies', async () => {
    const url = `http://127.0.0.1:${port}/metrics`;
    expect((await send({ method: 'GET', url, headers: [] })).text).toContain('process_cpu_seconds_total');
    for (const headers of [
      ['host', 'evil.example'],
      ['host', `evil.example:${port}`],
      ['host', '127.0.0.1.evil.example'],
      ['x-forwarded-for', '192.0.2.1'],
      ['x-forwarded-for', '127.0.0.1'],
      ['forwarded', 'for=127.0.0.1;host=localhost'],
    ]) {
      const reply = expectSound(await send({ method: 'GET', url, headers }));
      expect([403, 421]).toContain(reply.status);
      expect(reply.text).not.toContain('process_cpu');
    }
  });

  test('cannot be reached from other machines', async () => {
    const outer = Object.values(networkInterfaces()).flatMap((all) =>
      (all ?? []).filter(({ internal, family }) => !internal && family === 'IPv4'),
    );
    for (const { address } of outer) {
      const socket = connect({ host: address, port, timeout: 2_000 });
      const [error] = await Promise.race([once(socket, 'error'), once(socket, 'connect').then(() => [null])]);
      socket.destroy();
      expect(error?.code).toBe('ECONNREFUSED');
    }
  });
});
