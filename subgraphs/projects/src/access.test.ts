import type { EventPayload } from '@kronos/events';
import { newId } from '@kronos/subgraph';
import { type Actor, createTestProducer, type TestProducer } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  aFile,
  analyst,
  createTestProjects,
  documentOf,
  mutationNames,
  otherService,
  type Person,
  somebody,
  type TestProjects,
  uuidOf,
} from './test-kit.ts';

let kit: TestProjects;
/** The domain that says who may do what. */
let users: TestProducer;
let olga: Person;
let ada: Person;
/** A project of Olga's, and what belongs to it. */
let id: string;
let analysisId: string;
let jobId: string;
let assetId: string;
let versionId: string;

beforeAll(async () => {
  kit = await createTestProjects();
  users = await createTestProducer('users', kit.redisUrl);
});
/** New people, and a new project. */
async function begin(): Promise<void> {
  [olga, ada] = [somebody(), somebody()];
  const imported = await kit.done('projectImport', { input: { title: 'Book', file: aFile() } }, olga);
  [id, assetId] = [imported.project.id, imported.mediaAsset.id];
  const changed = await kit.done('projectUpdate', { id, input: { title: 'Book 2' } }, olga);
  versionId = changed.project.versions.nodes[0].id;
  analysisId = await kit.requested(olga, id);
  const scenes = [{ summary: 'One' }];
  await kit.done('scenesWrite', { input: { projectId: id, analysisId, scenes } }, analyst);
  jobId = await kit.ordered(olga, id);
}
afterAll(async () => {
  await users[Symbol.asyncDispose]();
  await kit[Symbol.asyncDispose]();
});

/** Announces an entry about Ada, and waits until it is known here. */
async function announce(more: Partial<EventPayload<'aclEntryChanged'>> = {}): Promise<string> {
  const entryId = more.entryId ?? newId();
  const eventId = await users.publish('aclEntryChanged', {
    ...{ entryId, subject: `user:${ada.userId}`, action: 'projects:read', effect: 'ALLOW' },
    ...{ resourceType: 'project', resourceId: uuidOf(id), expiresAt: null, isRevoked: false, ...more },
  });
  await expect.poll(() => kit.db.inbox.count({ where: { eventId } }), { timeout: 5_000 }).toBe(1);
  return entryId;
}

/** Which things of the project somebody sees, by every way to them. */
async function seen(as?: Actor): Promise<string[]> {
  const { data } = await kit.execute(
    `query ($id: ID!, $asset: ID!, $job: ID!, $analysis: ID!, $who: [_Any!]!) {
      project(id: $id) { id } mediaAsset(id: $asset) { id } generationJob(id: $job) { id }
      contentAnalysis(id: $analysis) { id } _entities(representations: $who) { __typename } }`,
    {
      ...{ id, asset: assetId, job: jobId, analysis: analysisId },
      who: [
        { __typename: 'Project', id },
        { __typename: 'MediaAsset', id: assetId },
        { __typename: 'GenerationJob', id: jobId },
        { __typename: 'ContentAnalysis', id: analysisId },
        { __typename: 'ProjectVersion', id: versionId },
      ],
    },
    as,
  );
  const { _entities, ...fields } = data!;
  const found = Object.keys(fields).filter((name) => fields[name] !== null);
  return [
    ...found,
    ..._entities.flatMap((entity: { __typename: string } | null) => entity?.__typename ?? []),
  ];
}
const everything = [
  ...['project', 'mediaAsset', 'generationJob', 'contentAnalysis'],
  ...['Project', 'MediaAsset', 'GenerationJob', 'ContentAnalysis', 'ProjectVersion'],
];
const listed = async (as: Actor) =>
  (await kit.execute('{ projects(first: 100) { nodes { id } } }', {}, as)).data?.projects.nodes.some(
    (node: { id: string }) => node.id === id,
  );
const update = (as: Actor) => kit.faults('projectUpdate', { id, input: { title: `T ${newId()}` } }, as);

test('what has reached this domain is told to those who cache what people may see', async () => {
  await begin();
  const told = async (resourceId: string | null) =>
    (await kit.db.outbox.findMany({ where: { name: 'projectAccessChanged' } })).filter(
      ({ payload }) => (payload as { resourceId: string | null }).resourceId === resourceId,
    ).length;
  const others = await told(null);
  await announce({ resourceType: 'event', resourceId: newId() });
  await announce();
  expect([await told(uuidOf(id)), await told(null)]).toEqual([1, others]);
  await announce({ resourceId: null, subject: 'role:nobody' });
  expect(await told(null)).toBe(others + 1);
});

describe('who may do what', () => {
  beforeAll(begin);

  test('a project and what belongs to it are for its owner, who manages all, and the service', async () => {
    expect(await seen(olga)).toEqual(everything);
    expect(await seen(somebody(['projects:manage']))).toEqual(everything);
    expect(await seen(analyst)).toEqual(everything);
    expect(await seen(ada)).toEqual([]);
    expect(await seen(otherService)).toEqual([]);
    expect(await seen()).toEqual([]);
  });

  /** What a mutation would take if it came from the right one. */
  const variablesOf = (): Record<string, Record<string, unknown>> => ({
    projectCreate: { input: { title: 'x' } },
    projectImport: { input: { title: 'x', file: aFile() } },
    projectUpdate: { id, input: { title: 'Stolen' } },
    projectVersionRestore: { id, versionId },
    projectDelete: { id },
    mediaAssetAdd: { input: { projectId: id, file: aFile({ path: 'x.pdf' }) } },
    contentAnalysisRequest: { input: { projectId: id, analysisType: 'x' } },
    contentAnalysisCancel: { id: analysisId },
    contentAnalysisComplete: { id: analysisId, input: { result: {} } },
    scenesExtract: { projectId: id },
    scenesWrite: { input: { projectId: id, scenes: [] } },
    animationGenerate: { input: { projectId: id } },
    generationJobCancel: { id: jobId },
    generationJobUpdate: { id: jobId, input: { status: 'RUNNING' } },
    generationPreferencesUpdate: { input: { parameters: {} } },
  });
  const forServices = ['contentAnalysisComplete', 'scenesWrite', 'generationJobUpdate'];
  const ofOnesOwn = ['projectCreate', 'projectImport', 'generationPreferencesUpdate'];

  test.each(mutationNames)(
    '%s is for no stranger, no service without the right, no other person',
    async (field) => {
      const codeFor = async (as?: Actor) => {
        const { data, errors } = await kit.execute(documentOf(field), variablesOf()[field], as);
        return errors?.[0]?.extensions?.code ?? data?.[field].userErrors[0]?.code;
      };

      expect(await codeFor()).toBe('UNAUTHENTICATED');
      expect(await codeFor(otherService)).toBe('FORBIDDEN');
      if (forServices.includes(field)) expect(await codeFor(olga)).toBe('FORBIDDEN');
      else expect(await codeFor(analyst)).toBe('FORBIDDEN');
      if (!ofOnesOwn.includes(field))
        expect(await codeFor(ada)).toBe(forServices.includes(field) ? 'FORBIDDEN' : 'NOT_FOUND');
      expect(await seen(olga)).toEqual(everything);
    },
  );

  test.each([
    ['{ projects { totalCount } }', 'UNAUTHENTICATED', 'FORBIDDEN', undefined],
    ['{ contentAnalyses { totalCount } }', 'UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN'],
    ['{ generationJobs { totalCount } }', 'UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN'],
  ])('%s', async (document, forStranger, forOther, forPerson) => {
    const codeFor = async (as?: Actor) => (await kit.execute(document, {}, as)).errors?.[0]?.extensions?.code;
    expect([await codeFor(), await codeFor(otherService), await codeFor(ada)]).toEqual([
      ...[forStranger, forOther, forPerson],
    ]);
  });

  test.each([
    ['projectUpdated', analyst],
    ['contentAnalysisCompleted', analyst],
    ['projectDeleted', somebody()],
    ['contentAnalysisRequested', somebody()],
    ['generationJobRequested', somebody()],
    ['generationJobCancelled', somebody()],
  ])('%s is for no stranger, no other service, and not for everyone', async (field, wrong) => {
    const codeFor = async (as?: Actor) => {
      await using stream = await kit.subscribe(`subscription { ${field} { cursor } }`, {}, as);
      return (await stream.message()).errors?.[0]?.extensions?.code;
    };
    expect(await codeFor()).toBe('UNAUTHENTICATED');
    expect(await codeFor(otherService)).toBe('FORBIDDEN');
    expect(await codeFor(wrong)).toBe('FORBIDDEN');
  });

  test.each(['projectUpdated', 'contentAnalysisCompleted', 'generationJobUpdated'])(
    '%s of a project of others is refused like that of none',
    async (name) => {
      const argument = name === 'contentAnalysisCompleted' ? 'projectId' : 'id';
      const named = name === 'generationJobUpdated' ? jobId : id;
      await using stream = await kit.subscribe(
        `subscription ($id: ID!) { ${name}(${argument}: $id) { cursor } }`,
        { id: named },
        ada,
      );
      expect((await stream.message()).errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
    },
  );
});

describe('what is shared', () => {
  beforeEach(begin);

  test('what is shared is theirs to see, until it is taken back; changing and deleting are other things', async () => {
    const entryId = await announce();
    expect([await seen(ada), await listed(ada)]).toEqual([everything, true]);
    expect(await seen(somebody())).toEqual([]);
    expect(await update(ada)).toEqual(['FORBIDDEN']);
    expect(await kit.faults('generationJobCancel', { id: jobId }, ada)).toEqual(['FORBIDDEN']);
    expect(await kit.faults('projectDelete', { id }, ada)).toEqual(['FORBIDDEN']);

    await announce({ action: 'projects:update' });
    expect(await update(ada)).toEqual([]);
    await announce({ action: 'projects:generate' });
    expect(await kit.faults('generationJobCancel', { id: jobId }, ada)).toEqual([]);
    await announce({ entryId, isRevoked: true });
    expect([await seen(ada), await listed(ada)]).toEqual([[], false]);
    expect(await update(ada)).toEqual(['NOT_FOUND']);
  });

  test('what is kept from someone is kept from them, the owner too, but not from who manages all', async () => {
    await announce({ subject: `user:${olga.userId}`, action: 'projects:update', effect: 'DENY' });
    expect(await update(olga)).toEqual(['FORBIDDEN']);
    expect(await seen(olga)).toEqual(everything);
    const again = { input: { title: 'Book', file: aFile(), idempotencyKey: 'again' } };
    const imported = await kit.done('projectImport', again, olga);
    expect((await kit.done('projectImport', again, olga)).project.id).toBe(imported.project.id);
    await announce({
      subject: `user:${olga.userId}`,
      resourceId: uuidOf(imported.project.id),
      effect: 'DENY',
    });
    expect(await kit.faults('projectImport', again, olga)).toEqual(['CONFLICT']);
    await announce({ subject: `user:${olga.userId}`, effect: 'DENY' });
    expect([await seen(olga), await listed(olga)]).toEqual([[], false]);
    expect(await update(somebody(['projects:manage']))).toEqual([]);
  });

  test('whoever it is shared with hears of its changes, until it is taken back', async () => {
    const entryId = await announce();
    const document = 'subscription ($id: ID) { projectUpdated(id: $id) { changes project { title } } }';
    await using named = await kit.subscribe(document, { id }, ada);
    await using all = await kit.subscribe(document, {}, ada);
    const change = (title: string) => kit.done('projectUpdate', { id, input: { title } }, olga);
    await change('One');
    for (const stream of [named, all])
      expect((await stream.message()).data?.projectUpdated).toEqual({
        ...{ changes: ['title', 'versions'], project: { title: 'One' } },
      });

    await announce({ entryId, isRevoked: true });
    await change('Two');
    await announce({ entryId });
    await change('Three');
    for (const stream of [named, all])
      expect((await stream.message()).data?.projectUpdated.project.title).toBe('Three');
  });

  test('preferences are for oneself alone', async () => {
    await kit.done('generationPreferencesUpdate', { input: { parameters: { style: 'oil' } } }, olga);
    const of = async (as: Actor) => {
      const document = `query ($who: [_Any!]!) { _entities(representations: $who) {
      ... on User { generationPreferences { parameters } } } }`;
      const { data } = await kit.execute(document, { who: [{ __typename: 'User', id: olga.id }] }, as);
      return data?._entities[0].generationPreferences;
    };
    expect(await of(olga)).toEqual({ parameters: { style: 'oil' } });
    expect(await of(somebody(['projects:manage']))).toBeNull();
  });

  test('of a person who is erased nothing stays but what others own', async () => {
    const shared = await kit.imported(ada);
    await announce({ subject: `user:${olga.userId}`, resourceId: uuidOf(shared) });
    for (const action of ['projects:update', 'projects:generate'])
      await announce({ subject: `user:${olga.userId}`, resourceId: uuidOf(shared), action });
    await kit.done('projectUpdate', { id: shared, input: { title: 'By Olga' } }, olga);
    await kit.done('generationPreferencesUpdate', { input: { parameters: { a: 1 } } }, olga);
    const requestId = newId();
    const request = { requestId, userId: olga.userId, domain: 'projects' };
    await users.publish('erasureStepRequested', request);
    await expect
      .poll(
        () =>
          kit.db.outbox.count({
            where: { name: 'projectsDataErased', payload: { path: ['requestId'], equals: requestId } },
          }),
        { timeout: 5_000 },
      )
      .toBe(1);

    const { userId } = olga;
    expect(await kit.db.project.count({ where: { userId } })).toBe(0);
    expect(await kit.db.preferences.count({ where: { userId } })).toBe(0);
    expect(await kit.db.accessEntry.count({ where: { subject: `user:${userId}` } })).toBe(0);
    const versions = await kit.db.projectVersion.findMany({ where: { projectId: uuidOf(shared) } });
    expect(versions.map(({ changedBy }) => changedBy)).toEqual([null]);
    expect((await kit.announced(id)).at(-1)).toBe('projectDeleted');
  });
});
