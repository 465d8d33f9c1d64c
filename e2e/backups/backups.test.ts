import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Json, logIn, type Person, signUp } from '../kit/client.ts';
import { type Kronos, startKronos } from '../kit/kronos.ts';
import { ResumingListener, waitUntil } from '../kit/resuming-listener.ts';

let kronos: Kronos;
let administrator: Client;
beforeAll(async () => {
  kronos = await startKronos({ environment: { KRONOS_QUOTAS: 'false' } });
  administrator = await logIn(kronos.administrator, kronos.url);
});
afterAll(() => kronos?.[Symbol.asyncDispose]());

const importDocument = `mutation ($input: ProjectImportInput!) { projectImport(input: $input) {
  project { id } userErrors { code } } }`;

const shareDocument = `mutation ($input: AclEntryGrantInput!) { aclEntryGrant(input: $input) {
  aclEntry { id } userErrors { code } } }`;

/** A project with its file, in one mutation. @returns its id once it was acknowledged; null when that did not happen */
async function importProject(by: Client, title: string): Promise<string | null> {
  const file = { name: 'a.epub', contentType: 'application/epub+zip', sizeBytes: 1, path: `${title}.epub` };
  const { data } = await by.query(importDocument, { input: { title, file } });
  return data?.projectImport?.project?.id ?? null;
}

/** Every project of a person, with how many files it has. */
async function projectsOf(person: Person): Promise<Map<string, number>> {
  const all = new Map<string, number>();
  for (let after: string | null = null; ; ) {
    const { user } = await person.data(
      `query ($id: ID!, $after: String) { user(id: $id) { projects(first: 100, after: $after) {
        nodes { id mediaAssets { totalCount } } pageInfo { hasNextPage endCursor } } } }`,
      { id: person.id, after },
    );
    for (const { id, mediaAssets } of user.projects.nodes) all.set(id, mediaAssets.totalCount);
    const { hasNextPage, endCursor } = user.projects.pageInfo;
    if (!hasNextPage) return all;
    after = endCursor;
  }
}

/** Somebody who makes one project after the other, whatever happens to them. */
function writer(person: Person) {
  const acknowledged: string[] = [];
  let isOver = false;
  let attempts = 0;
  async function write() {
    while (!isOver) {
      attempts += 1;
      const id = await importProject(person, `project-${attempts}`).catch(() => null);
      if (id) acknowledged.push(id);
    }
  }
  const writing = write();
  return {
    person,
    acknowledged,
    async stop() {
      isOver = true;
      await writing;
    },
  };
}

const operatorUrl = () => readJson('run.json').operatorUrl as string;
const readJson = (name: string): Json => JSON.parse(readFileSync(join(kronos.home, name), 'utf8'));

test('backup, destroy, restore, while people go on writing: what was there before the backup is there', async () => {
  const people = await Promise.all(['Ada', 'Eve', 'Olga'].map((name) => signUp(name, kronos.url)));
  const writers = people.map(writer);
  const [ada, eve] = people as [Person, Person];
  let listener: ResumingListener | undefined;
  try {
    await waitUntil(async () => writers.every(({ acknowledged }) => acknowledged.length >= 5));
    const before = writers.map(({ acknowledged }) => [...acknowledged]);
    const { backupCreate } = await administrator.data(
      `mutation { backupCreate(input: { schemas: ["projects"] }) { backup { id } userErrors { code } } }`,
    );
    const { id } = backupCreate.backup;
    const backup = async () =>
      (await administrator.data('query ($id: ID!) { backup(id: $id) { status rows failure } }', { id }))
        .backup;
    await waitUntil(
      async () => (await backup()).status !== 'RUNNING' && (await backup()).status !== 'QUEUED',
    );
    expect(await backup()).toMatchObject({ status: 'SUCCEEDED', failure: null });

    const made = writers.map(({ acknowledged }) => acknowledged.length);
    await waitUntil(async () => writers.every(({ acknowledged }, n) => acknowledged.length > made[n]!));
    listener = new ResumingListener({ ...ada, query: 'subscription { projectUpdated { cursor } }' });
    await listener.stands();
    await destroy('projects');
    const { backupRestore } = await administrator.data(
      `mutation ($id: ID!) { backupRestore(id: $id, input: { force: true, idempotencyKey: "after the fire" }) {
        restore { id } userErrors { code message } } }`,
      { id },
    );
    expect(backupRestore.userErrors).toEqual([]);
    const restore = async () =>
      (
        await administrator.data('query ($id: ID!) { backupRestore(id: $id) { status failure } }', {
          id: backupRestore.restore.id,
        })
      ).backupRestore;
    await waitUntil(async () => /SUCCEEDED|FAILED/.test((await restore()).status));
    expect(await restore()).toEqual({ status: 'SUCCEEDED', failure: null });

    // Life goes on: each of them writes again, and what they hear of from now on stays.
    const since = writers.map(({ acknowledged }) => acknowledged.length);
    await waitUntil(async () =>
      writers.every(({ acknowledged }, index) => acknowledged.length >= since[index]! + 3),
    );
    await Promise.all(writers.map(({ stop }) => stop()));
    // Who had heard what is no more is told so; and what happened since has reached the other domains, all of it.
    const codes = () => listener!.results.map(({ errors }) => errors?.[0].extensions.code);
    await waitUntil(() => codes().includes('SUBSCRIPTION_CURSOR_EXPIRED'));
    for (const resourceId of writers[0]!.acknowledged.slice(since[0])) {
      const input = { subjectId: eve.id, action: 'projects:read', resourceId };
      await waitUntil(async () => (await ada.data(shareDocument, { input })).aclEntryGrant.aclEntry !== null);
    }
    for (const [index, { person, acknowledged }] of writers.entries()) {
      const projects = await projectsOf(person);
      expect(
        [...before[index]!, ...acknowledged.slice(since[index])].filter((one) => !projects.has(one)),
      ).toEqual([]);
      expect([...projects.values()].filter((files) => files !== 1)).toEqual([]);
      const { user } = await person.data('query ($id: ID!) { user(id: $id) { projectCount } }', {
        id: person.id,
      });
      expect(user.projectCount).toBe(projects.size);
    }
  } finally {
    listener?.close();
    await Promise.all(writers.map(({ stop }) => stop()));
  }
});

/** A domain's database is no more, whoever works with it. */
async function destroy(domain: string): Promise<void> {
  const server = Object.assign(new URL(operatorUrl()), { pathname: '/postgres' });
  const operator = new pg.Client({ connectionString: server.href });
  await operator.connect();
  const name = new URL(readJson('run.json').databaseUrls[domain]).pathname.slice(1);
  await operator.query(`DROP DATABASE ${pg.escapeIdentifier(name)} WITH (FORCE)`);
  await operator.end();
}

describe('the scripts of infrastructure/backup', () => {
  const folder = fileURLToPath(new URL('../../infrastructure/backup/', import.meta.url));
  const run = (script: string, ...options: string[]) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      const env = { ...process.env, KRONOS_HOME: kronos.home, KRONOS_BACKUP_KEEP: '1' };
      execFile('sh', [`${folder}${script}`, ...options], { env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, output: `${stdout}${stderr}` }),
      );
    });

  test('each does what its name says', async () => {
    const targets = await run('detect-containers.sh');
    expect(targets).toMatchObject({ code: 0 });
    for (const domain of ['projects', 'users', 'auth'])
      expect(targets.output).toMatch(new RegExp(`^${domain}: `, 'm'));

    const ada = await signUp('Ada', kronos.url);
    const project = await importProject(ada, 'kept');
    const made = await run('backup-docker.sh', '--domain', 'projects');
    expect(made.code, made.output).toBe(0);
    const id = /^backup_\w+$/m.exec(made.output)![0];
    expect(made.output).toMatch(new RegExp(`^${id}: whole, \\d+ rows restored and compared`, 'm'));
    // The one that the story has made is older, and one is kept.
    const listed = await run('restore-docker.sh', '--list');
    expect(listed.output.match(/^backup_\w+/gm)).toEqual([id]);
    expect(listed.output).toContain('proven');
    expect((await run('verify-backup.sh', id)).output).toMatch(new RegExp(`^${id}: whole`, 'm'));
    expect(await run('test-backup.sh')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^Backed up, restored, compared: \d+ rows/m),
    });

    expect((await run('restore-docker.sh')).code).toBe(2);
    await importProject(ada, 'gone');
    expect((await run('restore-docker.sh', id)).code).toBe(3);
    // As the folder lies there, as the documentation of old has it.
    expect(await run('restore-docker.sh', '--force', `./backups/${id}`)).toMatchObject({ code: 0 });
    let projects = new Map<string, number>();
    await waitUntil(async () => {
      projects = await projectsOf(ada).catch(() => projects);
      return projects.size > 0;
    });
    expect([...projects.keys()]).toEqual([project]);
  });
});
