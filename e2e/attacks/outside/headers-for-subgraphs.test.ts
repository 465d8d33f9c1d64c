import { beforeAll, describe, expect, test } from 'vitest';
import { type Person, signUp } from '../../kit/client.ts';
import { codesOf, type HeaderList, send } from '../kit/send.ts';
import { expectSound } from '../kit/sound.ts';

let ada: Person;
beforeAll(async () => {
  ada = await signUp('Ada');
});

const logIn = `mutation($input: SessionCreateInput!) {
  sessionCreate(input: $input) { session { ipAddress userAgent } userErrors { code } }
}`;

/** What the subgraph that opens sessions was told of who logs in. */
async function seenBySubgraph(headers: HeaderList): Promise<{ ipAddress: string; userAgent: string | null }> {
  const { email, password } = ada;
  const reply = await send({
    headers: ['content-type', 'application/json', ...headers],
    body: { query: logIn, variables: { input: { email, password } } },
  });
  expectSound(reply);
  return reply.body.data.sessionCreate.session;
}

const own = expect.stringMatching(/^(127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)$/);
const claimed = '203.0.113.66';

describe('the address of a client is where its connection comes from, whatever it says', () => {
  test.each([
    'x-kronos-client-address',
    'X-KRONOS-CLIENT-ADDRESS',
    'x_kronos_client_address',
    'x-forwarded-for',
    'forwarded-for',
    'x-real-ip',
    'true-client-ip',
    'cf-connecting-ip',
    'x-client-ip',
    'x-cluster-client-ip',
  ])('%s', async (name) => {
    expect((await seenBySubgraph([name, claimed])).ipAddress).toEqual(own);
  });

  test('several times, in a list, or hidden in headers that pass through', async () => {
    for (const headers of [
      ['x-kronos-client-address', claimed, 'x-kronos-client-address', '203.0.113.67'],
      ['x-forwarded-for', `${claimed}, 127.0.0.1`],
      ['forwarded', `for=${claimed};by=127.0.0.1`],
      ['baggage', `x-kronos-client-address=${claimed}`],
      ['x-client-name', `a, x-kronos-client-address: ${claimed}`],
      ['accept-language', `en; x-kronos-client-address=${claimed}`],
    ])
      expect((await seenBySubgraph(headers)).ipAddress).toEqual(own);
  });
});

test('the software of a client is what its user-agent says, cut to a length', async () => {
  const { userAgent } = await seenBySubgraph(['user-agent', 'Browser/1', 'x-kronos-client-agent', 'Admin/1']);
  expect(userAgent).toBe('Browser/1');
  expect((await seenBySubgraph(['x-kronos-client-agent', 'Admin/1'])).userAgent).not.toBe('Admin/1');
  const long = await seenBySubgraph(['user-agent', 'x'.repeat(10_000)]);
  expect(long.userAgent!.length).toBeLessThanOrEqual(512);
});

test('nobody becomes somebody by headers that name them', async () => {
  const names = ['id', 'viewer', 'user', 'user-id', 'sub', 'scope', 'scopes', 'roles', 'internal', 'token'];
  const headers = names.flatMap((name) => [`x-kronos-${name}`, ada.id, `x-${name}`, 'auth:admin admin']);
  const reply = await send({
    headers: ['content-type', 'application/json', ...headers],
    body: { query: '{ viewer { user { id } scopes roles } }' },
  });
  expect(expectSound(reply).body.data?.viewer ?? null).toBeNull();
});

test('a client application is known by its key alone, and a key that is none is refused', async () => {
  const body = { query: '{ __typename }' };
  const claim = ['x-kronos-client-application', '00000000-0000-7000-8000-000000000000'];
  const alone = await send({ headers: ['content-type', 'application/json', ...claim], body });
  expect(alone.body.data).toEqual({ __typename: 'Query' });
  for (const key of ['nonsense', 'x'.repeat(8_000), 'null', "' OR 1=1 --", '__proto__', 'constructor']) {
    const reply = expectSound(
      await send({ headers: ['content-type', 'application/json', 'x-kronos-client-key', key], body }),
    );
    expect(reply.status).toBe(401);
    expect(codesOf(reply)).toEqual(['UNAUTHENTICATED']);
  }
});
