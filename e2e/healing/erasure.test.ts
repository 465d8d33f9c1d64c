import { afterAll, beforeAll, expect, test } from 'vitest';
import { client, type Json, logIn, type Person, signUp } from '../kit/client.ts';
import { domains } from '../kit/domains.ts';
import { createEvent } from '../kit/graph.ts';
import { type Kronos, startKronos } from '../kit/kronos.ts';
import { descendant } from '../kit/processes.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

let kronos: Kronos;
beforeAll(async () => {
  kronos = await startKronos();
});
afterAll(() => kronos?.[Symbol.asyncDispose]());

const erase = 'mutation($id: ID!) { userErase(id: $id, input: {}) { erasureRequest { id } } }';
const look = 'query($id: ID!) { erasureRequest(id: $id) { status steps { domain status rowsErased } } }';
const exportData = 'mutation($id: ID!) { userDataExport(id: $id) { dataExport { id } } }';
const lookAtExport =
  'query($id: ID!) { dataExport(id: $id) { status steps { domain status rows } parts { totalCount } } }';

/** Kills the process of all subgraphs, or a server under it, and waits until the system is whole again. */
async function kill(command: RegExp): Promise<void> {
  process.kill(descendant(kronos.process.pid!, command).pid, 'SIGKILL');
  await waitUntil(
    async () =>
      (await fetch(new URL('/ready', kronos.url)).catch(() => undefined))?.status !== 200 ||
      !(await client(undefined, kronos.url).query('{ health { __typename } }')).errors,
  );
}

/** An answer that is without errors, however often that takes. */
async function insist(ask: () => Promise<Json>): Promise<Json> {
  let data: Json;
  await waitUntil(async () => {
    data = await ask().catch(() => undefined);
    return data !== undefined && data !== null;
  });
  return data;
}

test('killed again and again in the middle, every erasure and every export is completed, once', async () => {
  const people: Person[] = [];
  for (let count = 0; count < 12; count += 1) {
    const person = await signUp(`Person${count}`, kronos.url);
    await createEvent(person, { title: `Draft of ${count}`, publish: false });
    people.push(person);
  }
  const [leaving, staying] = [people.slice(0, 8), people.slice(8)];
  const exports: { person: Person; id: string }[] = [];
  for (const person of staying) {
    const { userDataExport } = await person.data(exportData, { id: person.id });
    exports.push({ person, id: userDataExport.dataExport.id });
  }
  const requests: string[] = [];
  for (const [index, person] of leaving.entries()) {
    const { userErase } = await insist(() => person.data(erase, { id: person.id }));
    requests.push(userErase.erasureRequest.id);
    if (index % 3 === 1) await kill(/serve/);
    if (index === 4) await kill(/redis-server/);
    if (index === 6) await kill(/postgres -D|postgres.*-D/);
  }

  const anybody = client(undefined, kronos.url);
  const ofAuth = new Set<number>();
  for (const id of requests) {
    const request = await insist(async () => {
      const { erasureRequest } = await anybody.data(look, { id });
      return erasureRequest?.status === 'COMPLETED' ? erasureRequest : undefined;
    });
    expect(request.steps.map(({ status }: Json) => status)).toEqual(domains.map(() => 'COMPLETED'));
    const rows = (name: string) => request.steps.find(({ domain }: Json) => domain === name).rowsErased;
    ofAuth.add(rows('auth'));
    // The draft.
    expect(rows('events')).toBe(1);
  }
  // Account, session and the like: of everyone the same, so nothing was counted twice or not at all.
  expect(ofAuth.size).toBe(1);
  for (const { person, id } of exports) {
    const found = await insist(async () => {
      const { dataExport } = await person.data(lookAtExport, { id });
      return dataExport?.status === 'COMPLETED' ? dataExport : undefined;
    });
    expect(found.steps.find(({ domain }: Json) => domain === 'events').rows).toBe(1);
    expect(found.parts.totalCount).toBeGreaterThanOrEqual(4);
  }
  const administrator = await logIn(kronos.administrator, kronos.url);
  const { users } = await administrator.data(
    'query { users(filter: {status: {eq: ERASED}}) { nodes { displayName email } } }',
  );
  expect(users.nodes).toEqual(Array(8).fill({ displayName: 'Erased user', email: null }));
});
