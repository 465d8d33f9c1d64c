import { newId } from '@kronos/subgraph';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  aFile,
  analyst,
  createTestProjects,
  type Person,
  somebody,
  type TestProjects,
  uuidOf,
} from './test-kit.ts';

let kit: TestProjects;
let ada: Person;
let projectId: string;
beforeAll(async () => {
  kit = await createTestProjects();
});
beforeEach(async () => {
  ada = somebody();
  projectId = await kit.imported(ada, { parameters: { style: 'ink', seconds: 30 } });
});
afterAll(() => kit[Symbol.asyncDispose]());

const report = (id: string, input: object) => kit.mutate('generationJobUpdate', { id, input }, analyst);
const film = aFile({ name: 'Film.mp4', contentType: 'video/mp4', path: 'animations/film.mp4' });

test('an animation is asked for, made, and followed live by its owner', async () => {
  const requested = 'subscription { generationJobRequested { generationJob { id parameters } } }';
  const updated =
    'subscription ($id: ID!) { generationJobUpdated(id: $id) { generationJob { status progress } } }';
  await using service = await kit.subscribe(requested, {}, analyst);
  const preferences = { style: 'oil', voice: 'low' };
  await kit.done('generationPreferencesUpdate', { input: { parameters: preferences } }, ada);
  const input = { projectId, parameters: { seconds: 60 } };
  const { generationJob } = await kit.done('animationGenerate', { input }, ada);
  expect(generationJob).toMatchObject({
    ...{ status: 'QUEUED', progress: 0, requestedBy: { id: ada.id } },
    // The person's, over them the project's, over them what was asked for.
    ...{ parameters: { style: 'ink', voice: 'low', seconds: 60 }, project: { status: 'GENERATING' } },
  });
  const { id } = generationJob;
  expect((await service.message()).data?.generationJobRequested.generationJob.id).toBe(id);

  await using owner = await kit.subscribe(updated, { id }, ada);
  const next = async () => (await owner.message()).data?.generationJobUpdated.generationJob;
  await report(id, { status: 'RUNNING', progress: 0.25 });
  expect(await next()).toEqual({ status: 'RUNNING', progress: 0.25 });
  await report(id, { status: 'RUNNING', progress: 0.75 });
  // A report that was overtaken changes nothing, and nobody is told.
  await report(id, { status: 'RUNNING', progress: 0.5 });
  expect(await next()).toEqual({ status: 'RUNNING', progress: 0.75 });
  const { generationJob: made } = await report(id, { status: 'SUCCEEDED', result: film });
  expect(await next()).toEqual({ status: 'SUCCEEDED', progress: 1 });
  expect(made).toMatchObject({
    result: { assetType: 'animation', filePath: 'animations/film.mp4' },
    ...{ startedAt: expect.any(String), finishedAt: expect.any(String), project: { status: 'READY' } },
  });
});

test('one at a time of a project, and not of what is analysed, put away or empty', async () => {
  const ask = (id = projectId) => kit.faults('animationGenerate', { input: { projectId: id } }, ada);
  const outcomes = await Promise.all([ask(), ask(), ask()]);
  expect(outcomes.flat()).toEqual(['PROJECT_BUSY', 'PROJECT_BUSY']);
  expect(await kit.faults('scenesExtract', { projectId }, ada)).toEqual(['PROJECT_BUSY']);

  const { project } = await kit.done('projectCreate', { input: { title: 'Empty' } }, ada);
  expect(await ask(project.id)).toEqual(['CONFLICT']);
  // A draft that was analysed has no content either.
  await kit.done('contentAnalysisCancel', { id: await kit.requested(ada, project.id) }, ada);
  expect(await ask(project.id)).toEqual(['CONFLICT']);
  const analysed = await kit.imported(ada);
  await kit.requested(ada, analysed);
  expect(await ask(analysed)).toEqual(['PROJECT_BUSY']);
});

test('the same request again is the same job', async () => {
  const ask = () => kit.ordered(ada, projectId, { idempotencyKey: 'first' });
  expect(new Set(await Promise.all([ask(), ask(), ask()])).size).toBe(1);
});

test('the same key of another is another request', async () => {
  const helper = somebody();
  await kit.db.accessEntry.createMany({
    data: ['projects:read', 'projects:generate'].map((action) => ({
      ...{ id: newId(), subject: `user:${helper.userId}`, action, resourceId: uuidOf(projectId) },
      effect: 'ALLOW',
    })),
  });
  const first = await kit.ordered(ada, projectId, { idempotencyKey: 'mine' });
  await kit.done('generationJobCancel', { id: first }, ada);
  expect(await kit.ordered(helper, projectId, { idempotencyKey: 'mine' })).not.toBe(first);
  expect(await kit.ordered(ada, projectId, { idempotencyKey: 'mine' })).toBe(first);
});

test('when its project is deleted, the service hears that it is gone', async () => {
  await kit.ordered(ada, projectId);
  await using service = await kit.subscribe('subscription { projectDeleted { projectId } }', {}, analyst);
  await kit.done('projectDelete', { id: projectId }, ada);
  expect((await service.message()).data?.projectDeleted).toEqual({ projectId });
});

test('nobody has more made at a time than may be', async () => {
  const projects = await Promise.all([1, 2, 3, 4].map(() => kit.imported(ada)));
  const outcomes = await Promise.all(
    projects.map((id) => kit.faults('animationGenerate', { input: { projectId: id } }, ada)),
  );
  expect(outcomes.flat()).toEqual(['QUOTA_EXCEEDED']);
});

test('one that is cancelled is not made any more, which the service hears of', async () => {
  const id = await kit.ordered(ada, projectId);
  await report(id, { status: 'RUNNING', progress: 0.5 });
  const cancelled = 'subscription { generationJobCancelled { generationJob { id status } } }';
  await using service = await kit.subscribe(cancelled, {}, analyst);
  const { generationJob } = await kit.done('generationJobCancel', { id }, ada);
  expect(generationJob).toMatchObject({ status: 'CANCELLED', progress: 0.5, project: { status: 'ACTIVE' } });
  expect((await service.message()).data?.generationJobCancelled.generationJob).toEqual({
    ...{ id, status: 'CANCELLED' },
  });

  expect((await report(id, { status: 'SUCCEEDED', result: film })).userErrors).toMatchObject([
    { code: 'CONFLICT', field: ['id'] },
  ]);
  expect(await kit.faults('generationJobCancel', { id }, ada)).toEqual(['CONFLICT']);
  expect(await kit.faults('animationGenerate', { input: { projectId } }, ada)).toEqual([]);
});

test('of an end and a cancellation at the same moment one counts', async () => {
  const id = await kit.ordered(ada, projectId);
  const [made, cancelled] = await Promise.all([
    report(id, { status: 'SUCCEEDED', result: film }),
    kit.mutate('generationJobCancel', { id }, ada),
  ]);
  const codes = [...made.userErrors, ...cancelled.userErrors].map(({ code }) => code);
  expect(codes).toEqual(['CONFLICT']);
  expect(['READY', 'ACTIVE']).toContain(await kit.statusOf(ada, projectId));
});

test('one that fails says why, and the next may be asked for', async () => {
  const id = await kit.ordered(ada, projectId);
  const { generationJob } = await report(id, { status: 'FAILED', failureReason: 'No more ink.' });
  expect(generationJob).toMatchObject({
    ...{ status: 'FAILED', failureReason: 'No more ink.', project: { status: 'FAILED' } },
  });
  expect(await kit.faults('animationGenerate', { input: { projectId } }, ada)).toEqual([]);
});

test.each([
  ['success without an animation', { status: 'SUCCEEDED' }, 'REQUIRED', ['input', 'result']],
  ['an animation before it is made', { status: 'RUNNING', result: film }, 'INVALID', ['input', 'result']],
  ['failure without a reason', { status: 'FAILED' }, 'REQUIRED', ['input', 'failureReason']],
  ['more than all', { status: 'RUNNING', progress: 1.1 }, 'INVALID', ['input', 'progress']],
  [
    'a result of another type',
    { status: 'SUCCEEDED', result: { ...film, contentType: 'text/html' } },
    'UNSUPPORTED_FILE',
    ['input', 'result', 'contentType'],
  ],
])('%s is no report', async (_name, input, _code, field) => {
  const id = await kit.ordered(ada, projectId);
  expect((await report(id, input)).userErrors).toMatchObject([{ field }]);
});

test('a service that starts finds what is to be made', async () => {
  const id = await kit.ordered(ada, projectId);
  const document = '{ generationJobs(last: 100) { nodes { id } } }';
  const { data } = await kit.execute(document, {}, analyst);
  expect(data?.generationJobs.nodes).toContainEqual({ id });
});
