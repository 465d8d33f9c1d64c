import { createLogger } from '@kronos/service';
import { newId } from '@kronos/subgraph';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { failOverdue, overdueReason } from './overdue.ts';
import { analyst, createTestProjects, type Person, somebody, type TestProjects, uuidOf } from './test-kit.ts';

let kit: TestProjects;
let ada: Person;
let projectId: string;
beforeAll(async () => {
  kit = await createTestProjects();
});
beforeEach(async () => {
  ada = somebody();
  projectId = await kit.imported(ada);
});
afterAll(() => kit[Symbol.asyncDispose]());

const complete = (id: string, input: object) => kit.mutate('contentAnalysisComplete', { id, input }, analyst);

test('what is asked for is heard of by the service, done by it, and heard of by the owner', async () => {
  const requests =
    'subscription { contentAnalysisRequested { analysis { id parameters project { contentPath } } } }';
  const results = `subscription ($id: ID) { contentAnalysisCompleted(projectId: $id) { analysis { status result } } }`;
  await using service = await kit.subscribe(requests, {}, analyst);
  await using owner = await kit.subscribe(results, { id: projectId }, ada);
  const other = somebody();
  await using others = await kit.subscribe(results, {}, other);
  const input = { projectId, analysisType: 'themes', parameters: { pages: [1, 2] } };
  const { analysis } = await kit.done('contentAnalysisRequest', { input }, ada);
  expect(analysis).toMatchObject({ status: 'PENDING', result: {}, project: { status: 'ANALYZING' } });
  expect((await service.message()).data?.contentAnalysisRequested.analysis).toEqual({
    ...{ id: analysis.id, parameters: { pages: [1, 2] }, project: { contentPath: 'imports/book.pdf' } },
  });

  const finding = { result: { themes: ['sea'] }, confidenceScore: 0.876 };
  expect((await complete(analysis.id, finding)).analysis).toMatchObject({
    ...{ status: 'COMPLETED', result: { themes: ['sea'] }, confidenceScore: 0.88 },
    ...{ finishedAt: expect.any(String), project: { id: projectId, status: 'ACTIVE' } },
  });
  expect((await owner.message()).data?.contentAnalysisCompleted.analysis).toEqual({
    ...{ status: 'COMPLETED', result: { themes: ['sea'] } },
  });
  // What first comes to others is of a project of their own.
  const own = await kit.requested(other, await kit.imported(other));
  await complete(own, { result: { own: true } });
  expect((await others.message()).data?.contentAnalysisCompleted.analysis.result).toEqual({ own: true });
});

test('one that is to be done already is the answer; others of other types may be done beside it', async () => {
  const id = await kit.requested(ada, projectId, 'themes');
  expect(await kit.requested(ada, projectId, 'themes')).toBe(id);
  const other = await kit.requested(ada, projectId, 'characters');

  await complete(id, { result: {} });
  expect(await kit.statusOf(ada, projectId)).toBe('ANALYZING');
  await complete(other, { failureReason: 'The file cannot be read.' });
  expect(await kit.statusOf(ada, projectId)).toBe('FAILED');
  expect(await kit.requested(ada, projectId, 'themes')).not.toBe(id);
});

test('one that the service does not end is ended by the owner, and the project is at rest', async () => {
  const [id, other] = [await kit.requested(ada, projectId), await kit.requested(ada, projectId, 'themes')];
  const results = 'subscription { contentAnalysisCompleted { analysis { id status } } }';
  await using owner = await kit.subscribe(results, {}, ada);
  const { analysis } = await kit.done('contentAnalysisCancel', { id }, ada);
  expect(analysis).toMatchObject({ status: 'FAILED', failureReason: 'It was cancelled.', result: {} });
  expect((await owner.message()).data?.contentAnalysisCompleted.analysis).toEqual({ id, status: 'FAILED' });
  expect(await kit.statusOf(ada, projectId)).toBe('ANALYZING');
  await kit.done('contentAnalysisCancel', { id: other }, ada);
  expect(await kit.statusOf(ada, projectId)).toBe('ACTIVE');
  expect(await kit.faults('contentAnalysisCancel', { id }, ada)).toEqual(['CONFLICT']);
  expect((await complete(id, { result: {} })).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
});

test('what nobody does within seven days has failed: analyses and animations, and only those', async () => {
  const [asked, other] = [somebody(), somebody()];
  const analysed = await kit.imported(asked);
  const id = await kit.requested(asked, analysed);
  const recent = await kit.requested(asked, analysed, 'themes');
  const made = await kit.imported(other);
  const { generationJob } = await kit.done('animationGenerate', { input: { projectId: made } }, other);
  const longAgo = new Date(Date.now() - 7 * 24 * 3_600_000 - 1);
  await kit.db.contentAnalysis.update({ where: { id: uuidOf(id) }, data: { createdAt: longAgo } });
  await kit.db.generationJob.update({
    where: { id: uuidOf(generationJob.id) },
    data: { createdAt: longAgo },
  });
  const events = `subscription { contentAnalysisCompleted { analysis { id status failureReason } } }`;
  await using owner = await kit.subscribe(events, {}, asked);

  const logger = createLogger({ name: 'projects', level: 'silent' });
  await Promise.all([failOverdue(kit.db, logger), failOverdue(kit.db, logger)]);
  const failed = { status: 'FAILED', failureReason: overdueReason };
  expect((await owner.message()).data?.contentAnalysisCompleted.analysis).toEqual({ id, ...failed });
  expect(await kit.statusOf(asked, analysed)).toBe('ANALYZING');
  const query = `query ($id: ID!) { generationJob(id: $id) { status failureReason project { status } } }`;
  const { data } = await kit.execute(query, { id: generationJob.id }, other);
  expect(data?.generationJob).toEqual({ ...failed, project: { status: 'FAILED' } });
  await complete(recent, { result: {} });
  expect(await kit.statusOf(asked, analysed)).toBe('ACTIVE');
  expect((await kit.announced(analysed)).filter((name) => name === 'contentAnalysisCompleted')).toHaveLength(
    2,
  );
});

test('there are no more to be done than may be', async () => {
  for (let type = 0; type < 10; type += 1)
    await kit.requested(ada, projectId, `type-${String.fromCharCode(97 + type)}`);
  const input = { projectId, analysisType: 'one-more' };
  expect(await kit.faults('contentAnalysisRequest', { input }, ada)).toEqual(['QUOTA_EXCEEDED']);
});

test.each([
  ['neither a result nor a reason', {}, 'REQUIRED', ['input', 'result']],
  ['both', { result: {}, failureReason: 'x' }, 'INVALID', ['input', 'result']],
  ['too sure a result', { result: {}, confidenceScore: 1.01 }, 'INVALID', ['input', 'confidenceScore']],
  ['too large a result', { result: { a: 'x'.repeat(262_144) } }, 'INVALID', ['input', 'result']],
  [
    'a place that is none',
    { result: {}, embedding: { model: 'm', vector: [0, 0] } },
    'INVALID',
    ['input', 'embedding', 'vector'],
  ],
  [
    'a place too far out',
    { result: {}, embedding: { model: 'm', vector: [1e39, 0] } },
    'INVALID',
    ['input', 'embedding', 'vector'],
  ],
])('an analysis is not completed by %s', async (_name, input, _code, field) => {
  const id = await kit.requested(ada, projectId);
  const { userErrors } = await complete(id, input);
  expect(userErrors).toMatchObject([{ field }]);
  expect(await kit.statusOf(ada, projectId)).toBe('ANALYZING');
});

test('what is finished stays as it is', async () => {
  const id = await kit.requested(ada, projectId);
  const outcomes = await Promise.all(['a', 'b'].map((result) => complete(id, { result: { result } })));
  const codes = outcomes.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
  expect(codes).toEqual(['CONFLICT']);
});

test('key scenes are written with the analysis and the status of the project, and replaced as a whole', async () => {
  const { analysis } = await kit.done('scenesExtract', { projectId }, ada);
  expect(analysis).toMatchObject({ analysisType: 'scenes', status: 'PENDING' });
  const { mediaAssets } = (await kit.done('projectUpdate', { id: projectId, input: {} }, ada)).project;
  const [{ id: assetId }] = mediaAssets.nodes;
  const scenes = [{ summary: 'The storm.', confidenceScore: 0.9, assetId }, { summary: 'The calm.' }];
  const write = (input: object) =>
    kit.mutate('scenesWrite', { input: { projectId, scenes, ...input } }, analyst);

  const { project } = await write({ analysisId: analysis.id, confidenceScore: 0.8 });
  expect(project).toMatchObject({
    status: 'ACTIVE',
    scenes: {
      nodes: [
        { position: 1, summary: 'The storm.' },
        { position: 2, summary: 'The calm.' },
      ],
    },
  });
  const document = `query ($id: ID!) { contentAnalysis(id: $id) { status result confidenceScore }
    project: contentAnalysis(id: $id) { project { scenes { nodes { confidenceScore asset { id } analysis { id } } } } } }`;
  const { data } = await kit.execute(document, { id: analysis.id }, ada);
  expect(data?.contentAnalysis).toEqual({ status: 'COMPLETED', result: { scenes: 2 }, confidenceScore: 0.8 });
  expect(data?.project.project.scenes.nodes[0]).toEqual({
    ...{ confidenceScore: 0.9, asset: { id: assetId }, analysis: { id: analysis.id } },
  });

  expect((await write({ analysisId: analysis.id })).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
  const again = await write({ scenes: [{ summary: 'All of it.' }] });
  expect(again.project.scenes.nodes).toEqual([{ position: 1, summary: 'All of it.' }]);
  expect((await write({ scenes: [] })).project.scenes.nodes).toEqual([]);
});

test('scenes show files of their own project only, and come of an analysis of it', async () => {
  const other = await kit.imported(ada);
  const { mediaAssets } = (await kit.done('projectUpdate', { id: other, input: {} }, ada)).project;
  const foreignAnalysis = await kit.requested(ada, other);
  const write = (input: object) =>
    kit.mutate('scenesWrite', { input: { projectId, scenes: [], ...input } }, analyst);

  const scenes = [{ summary: 'x' }, { summary: 'y', assetId: mediaAssets.nodes[0].id }];
  expect((await write({ scenes })).userErrors).toMatchObject([
    { code: 'NOT_FOUND', field: ['input', 'scenes', '1', 'assetId'] },
  ]);
  expect((await write({ analysisId: foreignAnalysis })).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  const tooMany = Array.from({ length: 501 }, () => ({ summary: 'x' }));
  expect((await write({ scenes: tooMany })).userErrors).toMatchObject([{ field: ['input', 'scenes'] }]);
});

test('a service that starts finds what is to be done', async () => {
  const id = await kit.requested(ada, projectId);
  const document = '{ contentAnalyses(last: 100) { nodes { id status } } }';
  const { data } = await kit.execute(document, {}, analyst);
  expect(data?.contentAnalyses.nodes).toContainEqual({ id, status: 'PENDING' });

  await complete(id, { result: {}, embedding: { model: 'm', vector: [1, 0.5] } });
  const later = await kit.execute(document, {}, analyst);
  expect(later.data?.contentAnalyses.nodes).not.toContainEqual({ id, status: 'PENDING' });
  expect(await kit.db.embedding.findUnique({ where: { projectId: uuidOf(projectId) } })).toMatchObject({
    ...{ model: 'm', vector: [1, 0.5] },
  });
});

test('what others write in the table is shown as it is', async () => {
  const row = { id: newId(), projectId: uuidOf(projectId), analysisType: 'by a lease' };
  await kit.db.contentAnalysis.create({ data: { ...row, result: { a: 1 }, confidenceScore: 0.5 } });
  const document =
    'query ($id: ID!) { project(id: $id) { analyses { nodes { analysisType status result } } } }';
  const { data } = await kit.execute(document, { id: projectId }, ada);
  expect(data?.project.analyses.nodes).toEqual([
    { analysisType: 'by a lease', status: 'COMPLETED', result: { a: 1 } },
  ]);
});
