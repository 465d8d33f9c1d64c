import { createHash } from 'node:crypto';
import { soon } from '@kronos/events/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Client, client, logIn, signUp } from '../kit/client.ts';
import { type FurtherGateway, startFurtherGateway } from '../kit/further-gateway.ts';
import { createEvent } from '../kit/graph.ts';

const byId = 'query ($id: ID!) { event(id: $id) { id title } }';
const listed = 'query ($title: String!) { events(query: $title) { totalCount nodes { title } } }';
/** Not kept as a whole: a node may be of any type. Of the event, what strangers were given is. */
const asNode = 'query ($id: ID!) { node(id: $id) { id ... on Event { title } } }';
const renamed = `mutation ($id: ID!, $title: String!) {
  eventUpdate(id: $id, input: { title: $title }) { userErrors { code message } } }`;

let second: FurtherGateway;
let strangers: [Client, Client];
beforeAll(async () => {
  second = await startFurtherGateway(inject('kronosPid'));
  strangers = [client(), client(undefined, second.url)];
});
afterAll(() => second[Symbol.asyncDispose]());

/** Whether the answer came from the cache, and its data. */
async function ask(by: Client, document: string, variables: Record<string, unknown>) {
  const { headers, data } = await by.query(document, variables);
  return { data, isHit: headers.get('cache-status')?.startsWith('kronos; hit') ?? false };
}

async function rename(by: Client, id: string, title: string): Promise<void> {
  expect((await by.data(renamed, { id, title })).eventUpdate.userErrors).toEqual([]);
}

test('strangers get public events from the cache, in every gateway, and never as they were before a change was answered', async () => {
  const [ada, eve] = [await signUp('Ada'), await signUp('Eve')];
  const word = `Cached${Date.now()}`;
  const { id } = await createEvent(ada, { title: `${word} 0` });
  for (const [document, variables] of [
    [byId, { id }],
    [listed, { title: word }],
  ] as const) {
    for (const stranger of strangers)
      await soon(async () => expect((await ask(stranger, document, variables)).isHit).toBe(true));
  }

  let acknowledged = 0;
  let hits = 0;
  let isOver = false;
  async function read(by: Client, document: string): Promise<void> {
    while (!isOver) {
      const known = acknowledged;
      const { data, isHit } = await ask(by, document, document === listed ? { title: word } : { id });
      const { title } = data.event ?? data.node ?? data.events.nodes[0];
      expect(Number(title.split(' ')[1])).toBeGreaterThanOrEqual(known);
      if (isHit) hits += 1;
    }
  }
  const documents = [listed, byId, asNode];
  const readers = strangers.flatMap((stranger) => documents.map((document) => read(stranger, document)));
  for (const by of [eve, client(eve.token, second.url)]) readers.push(read(by, asNode));
  // By the one gateway and by the other.
  const writers = [ada, client(ada.token, second.url)];
  for (let version = 1; version <= 20; version += 1) {
    await rename(writers[version % 2]!, id, `${word} ${version}`);
    acknowledged = version;
  }
  isOver = true;
  await Promise.all(readers);
  expect(hits).toBeGreaterThan(0);
  const operator = await logIn(inject('kronosAdministrator'));
  const { cacheNamespace } = await operator.data('{ cacheNamespace(name: "entities") { stats { hits } } }');
  expect(Number(cacheNamespace.stats.hits)).toBeGreaterThan(0);

  // A new one stands in the list at once; who is known gets nothing of what strangers get.
  await createEvent(ada, { title: `${word} more` });
  for (const stranger of strangers)
    expect((await ask(stranger, listed, { title: word })).data.events.totalCount).toBe(2);
  const own = await ada.query(byId, { id });
  expect(own.headers.get('cache-status')).toBeNull();
});

test('an operator warms, sees and flushes what is cached; nobody else does', async () => {
  const [ada, operator] = [await signUp('Ada'), await logIn(inject('kronosAdministrator'))];
  const { id } = await createEvent(ada);
  const query = `query Warmed${Date.now()}($id: ID!) { event(id: $id) { id title } }`;
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  // A client registers it, by asking for something else.
  const persistedQuery = { version: 1, sha256Hash };
  await fetch(inject('kronosUrl'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query,
      variables: { id: 'event_01jd3m5yq0e8ktp0a3y7w9gq3h' },
      extensions: { persistedQuery },
    }),
  });
  const warm = `mutation ($input: CacheWarmInput!) { cacheWarm(input: $input) { warmedKeys userErrors { code message } } }`;
  const input = { operations: [{ documentId: `sha256:${sha256Hash}`, variables: { id } }] };
  expect((await operator.data(warm, { input })).cacheWarm).toEqual({ warmedKeys: 1, userErrors: [] });
  await soon(async () => expect((await ask(strangers[0], query, { id })).isHit).toBe(true));

  const responses =
    '{ cacheNamespace(name: "responses") { stats { hits keys } entries(first: 5) { nodes { key tags } } } }';
  const { cacheNamespace } = await operator.data(responses);
  expect(Number(cacheNamespace.stats.hits)).toBeGreaterThan(0);
  expect(cacheNamespace.entries.nodes.length).toBeGreaterThan(0);
  const flush = 'mutation { cacheFlush(name: "responses") { userErrors { code } } }';
  expect((await operator.data(flush)).cacheFlush.userErrors).toEqual([]);
  expect((await ask(strangers[1], query, { id })).isHit).toBe(false);

  for (const [asker, code] of [
    [ada, 'FORBIDDEN'],
    [strangers[0], 'UNAUTHENTICATED'],
  ] as const)
    for (const [document, variables] of [
      [responses, {}],
      [flush, {}],
      [warm, { input }],
    ] as const)
      expect((await asker.query(document, variables)).errors?.[0]?.extensions.code).toBe(code);
});
