import { soon } from '@kronos/events/testing';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeInternalKey } from '../testing/internal-key.ts';
import { type LiveGraph, startLiveGraph } from '../testing/live-graph.ts';
import { openStream, type TestStream } from '../testing/open-stream.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { startTestIssuer, type TestIssuer, testSession, testUser } from '../testing/test-issuer.ts';

const ada = { sub: testUser, sid: testSession };
const grace = { sub: testUser.replace(/.$/, 'k'), sid: testSession.replace(/.$/, 'm') };

let graph: LiveGraph;
let issuer: TestIssuer;
let internalKey: Awaited<ReturnType<typeof writeInternalKey>>;
let gateway: TestGateway;
const opened: TestStream[] = [];

beforeEach(async () => {
  graph = await startLiveGraph();
  issuer = await startTestIssuer();
  internalKey = await writeInternalKey();
  gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_JWKS_URL: issuer.jwksUrl,
    KRONOS_INTERNAL_KEY_FILE: internalKey.file,
    KRONOS_FORWARD_HEADERS: ',',
  });
});
afterEach(async () => {
  for (const stream of opened.splice(0)) stream.close();
  await gateway[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  internalKey[Symbol.dispose]();
  await graph[Symbol.asyncDispose]();
});

interface Claims {
  sub?: string;
  sid?: string;
  scope?: string;
  roles?: string[];
}

async function token(claims: Claims, expiresIn?: number): Promise<string> {
  return `Bearer ${await issuer.sign({ ...claims }, { expiresIn })}`;
}

async function listen(query: string, authorization?: string): Promise<TestStream> {
  const stream = await openStream(gateway.url, query, authorization ? { authorization } : {});
  opened.push(stream);
  return stream;
}

/** Whom a subgraph was told, and until when their token is good. */
function told({ authorization }: { authorization?: string }) {
  const { sub, tokenExp } = decodeJwt(String(authorization).replace('Bearer ', ''));
  return { sub, tokenExp };
}

const expiryOf = (bearer: string) => decodeJwt(bearer.replace('Bearer ', '')).exp;
const idsOf = ({ events }: TestStream) => events.map(({ id }) => id);
const upstreams = (count: number) => soon(() => expect(graph.upstreams).toHaveLength(count));

describe('who is in one group', () => {
  const members = async () => [
    await token(ada),
    await token({ ...ada, roles: ['user'] }),
    await token({ ...ada, sid: grace.sid }),
    await token(grace),
    await token({ ...grace, scope: 'messages:read' }),
    undefined,
    undefined,
  ];

  test.each([
    ['toEverybody { id text }', 1],
    // What needs a known caller is for those of the same rights; strangers are among themselves.
    ['toEverybody { id isMine }', 5],
    ['toRoles { id text }', 3],
    ['toRoles { id isMine }', 5],
    // A token with the same content at another second is another one.
    ['toViewer { id isMine }', 5],
  ])('%s', async (selection, groups) => {
    for (const authorization of await members()) await listen(`subscription { ${selection} }`, authorization);
    await upstreams(groups);
  });

  test('a field without a declaration is for one token', async () => {
    const [first, second] = [await token(ada, 100), await token(ada, 200)];
    for (const authorization of [first, first, second])
      await listen('subscription { toOne { id } }', authorization);
    await upstreams(2);
  });

  test('one token, where subgraphs get callers’ own tokens and may make of them what they like', async () => {
    await using forwarding = await startTestGateway(graph.supergraphSdl, { KRONOS_JWKS_URL: issuer.jwksUrl });
    for (const authorization of [await token(ada, 100), await token(ada, 200), await token(grace)]) {
      for (const field of ['toEverybody', 'toRoles', 'toViewer']) {
        opened.push(await openStream(forwarding.url, `subscription { ${field} { id } }`, { authorization }));
      }
    }
    await upstreams(7);
    const withToken = graph.upstreams.filter(({ headers }) => headers.authorization);
    expect(withToken).toHaveLength(6);
  });

  test('a field with a scope is null for those who do not have it, who are in a group of their own', async () => {
    const query = 'subscription { toEverybody { id forRoles } }';
    const reader = await listen(query, await token({ ...ada, scope: 'messages:read' }));
    await upstreams(1);
    const others = [await listen(query, await token(grace)), await listen(query, await token(ada))];
    await upstreams(2);
    for (const upstream of graph.upstreams) upstream.say('1', 'hello');
    await soon(() => expect([reader, ...others].every(({ events }) => events.length === 1)).toBe(true));
    expect(reader.events[0]?.result).toEqual({ data: { toEverybody: { id: '1', forRoles: 'hello' } } });
    for (const { events } of others) {
      expect(events[0]?.result).toMatchObject({
        data: { toEverybody: { id: '1', forRoles: null } },
        errors: [{ extensions: { code: 'FORBIDDEN' } }],
      });
    }
  });
});

describe('in whose name a group asks', () => {
  test('for everybody: in nobody’s', async () => {
    await listen('subscription { toEverybody { id length } }', await token(ada));
    await upstreams(1);
    graph.upstreams[0]!.say('1');
    await soon(() => expect(graph.additions).toHaveLength(1));
    for (const headers of [graph.upstreams[0]!.headers, graph.additions[0]!]) {
      expect(told(headers)).toEqual({});
    }
  });

  test('when a member has gone, in another’s, and nothing is lost', async () => {
    const [adas, graces] = [await token(ada), await token(grace)];
    const first = await listen('subscription { toRoles { id length } }', adas);
    const second = await listen('subscription { toRoles { id length } }', graces);
    await upstreams(1);
    const source = graph.upstreams[0]!;
    expect(told(source.headers).sub).toBe(ada.sub);
    source.position('0');
    source.say('1');
    await soon(() => expect(idsOf(second)).toEqual(['1']));
    const release = graph.hold();
    source.say('2');
    await soon(() => expect(graph.additions).toHaveLength(2));
    first.close();
    await upstreams(2);
    release();
    const next = graph.upstreams[1]!;
    expect([next.after, told(next.headers).sub]).toEqual(['1', grace.sub]);
    await soon(() => expect(source.isClosed).toBe(true));
    next.say('2');
    await soon(() => expect(idsOf(second)).toEqual(['1', '2']));
    expect(told(graph.additions.at(-1)!).sub).toBe(grace.sub);
  });

  test('when a member’s token has expired, in another’s', async () => {
    const [short, long] = [await token(ada, 2), await token(ada, 900)];
    const first = await listen('subscription { toViewer { id } }', short);
    await upstreams(1);
    const source = graph.upstreams[0]!;
    source.position('4');
    const second = await listen('subscription { toViewer { id } }', long);
    // Subgraphs know when the token expires, and may be the first to say so.
    source.refuse('UNAUTHENTICATED');
    await upstreams(2);
    const next = graph.upstreams[1]!;
    expect([next.after, told(next.headers).tokenExp]).toEqual(['4', expiryOf(long)]);
    next.say('5');
    for (const stream of [first, second]) await soon(() => expect(idsOf(stream)).toEqual(['5']));
    await soon(() => expect(first.isComplete).toBe(true));
    expect(first.events.at(-1)?.result.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    next.say('6');
    await soon(() => expect(idsOf(second)).toEqual(['5', '6']));
    // With the same token it would be the same once more.
    next.refuse('UNAUTHENTICATED');
    await soon(() => expect(second.isComplete).toBe(true));
    expect(graph.upstreams).toHaveLength(2);
  });
});
