import { randomUUID } from 'node:crypto';
import { decodeId } from '@kronos/subgraph';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, client, type Json, type Person, signUp } from '../kit/client.ts';
import { serviceClient } from '../kit/service-client.ts';
import { byGraph, byRest, type DataService, type Said } from './data-service.ts';

/**
 * The journeys of the Core Database Service, step by step as its documentation has them, in both ways in which one can
 * speak with it. `projects.test.ts` has the same journeys by the graph's own fields.
 */
let analyst: Client;
let other: Client;
beforeAll(async () => {
  [analyst, other] = await Promise.all([serviceClient('ai-analysis-service'), serviceClient('gaia')]);
});

const text = expect.any(String);
const number = expect.any(Number);
const write = (operation: string, table: string, rest: object) => ({
  ...{ database: 'postgresql', operation, table },
  ...rest,
});
const written = { operation: 1, column: 'id' };
const importOf = (title: string, more: object = {}) => [
  write('insert', 'projects', {
    data: { title, status: 'active', content_path: 'imports/storm.epub', ...more },
  }),
  write('insert', 'media_assets', {
    data: {
      ...{ project_id: written, asset_type: 'document', file_path: 'imports/storm.epub' },
      ...{ size_bytes: 734_003, metadata: { file_name: 'storm.epub', content_type: 'application/epub+zip' } },
    },
  }),
];

function done({ refused, body }: Said): Json {
  expect(refused).toBeUndefined();
  return body;
}

describe.each([
  ['GraphQL', byGraph],
  ['REST', byRest],
])('by %s', (_name, speak) => {
  let ada: Person;
  let eve: Person;
  let [adas, eves, analysts]: DataService[] = [];
  beforeAll(async () => {
    [ada, eve] = await Promise.all([signUp('Ada'), signUp('Eve')]);
    [adas, eves, analysts] = [speak(ada), speak(eve), speak(analyst)];
  });

  const imported = async (by = adas!, title = 'The storm'): Promise<string> =>
    done(await by.transaction(importOf(title))).results[0].data.id;
  const rowsOf = async (by: DataService, table: string, filters: object, more: object = {}) =>
    done(await by.query({ table, filters, ...more })).data;

  test('US 1.1: a file is imported, counted, and lies open to the service that analyses it', async () => {
    const count = async () => {
      const { pagination } = done(
        await adas!.query({ table: 'projects', pagination: { page: 1, limit: 1 } }),
      );
      return pagination.total;
    };
    const before = await count();
    const transaction = done(await adas!.transaction(importOf('The storm'), 'import-1'));
    expect(transaction).toMatchObject({
      ...{ transaction_id: text, status: 'committed', execution_time_ms: number },
      results: [
        { operation: 1, status: 'success', data: { id: text, title: 'The storm', created_at: text } },
        { operation: 2, status: 'success', data: { file_path: 'imports/storm.epub', size_bytes: 734_003 } },
      ],
    });
    const { id } = transaction.results[0].data;
    expect(await count()).toBe(before + 1);
    // A client that did not hear the answer sends it again.
    expect(done(await adas!.transaction(importOf('The storm'), 'import-1'))).toEqual(transaction);
    expect(
      (await ada.data('query ($id: ID!) { user(id: $id) { projectCount } }', { id: ada.id })).user,
    ).toEqual({ projectCount: before + 1 });

    expect((await speak(client()).transaction(importOf('x'))).refused).toBe('UNAUTHENTICATED');
    expect((await adas!.transaction(importOf('x', { user_id: eve.id }))).refused).toBe('INVALID');
    const [, file] = importOf('x');
    const intoAdas = { ...file!, data: { ...(file as Json).data, project_id: id } };
    expect((await eves!.transaction([importOf('x')[0], intoAdas])).refused).toBe('TRANSACTION_ROLLED_BACK');
    expect(await rowsOf(eves!, 'projects', {})).toEqual([]);

    const wish = { database_type: 'postgresql', operation_type: 'read' };
    expect((await adas!.acquire({ service_name: 'ai-analysis-service', ...wish })).refused).toBe('FORBIDDEN');
    const lease = done(await analysts!.acquire({ service_name: 'ai-analysis-service', ...wish }));
    expect(lease).toMatchObject({
      ...{ connection_id: text, expires_at: text },
      pool_stats: { active: number, idle: number, waiting: 0 },
    });
    const connection = new pg.Client({ connectionString: lease.database_url });
    await connection.connect();
    const ended = new Promise((resolve) => connection.on('error', resolve));
    const { rows } = await connection.query('SELECT content_path FROM projects WHERE user_id = $1 LIMIT 1', [
      decodeId('user', ada.id),
    ]);
    expect(rows).toEqual([{ content_path: 'imports/storm.epub' }]);
    const { connection_id } = lease;
    expect(done(await analysts!.release({ connection_id, service_name: 'ai-analysis-service' }))).toEqual({
      ...{ status: 'released', connection_id, duration_ms: number },
    });
    await ended;
  });

  test('US 1.5: key scenes are found by the service, and by no other', async () => {
    const id = await imported();
    const results = await ada.listen(
      `subscription ($id: ID) { contentAnalysisCompleted(projectId: $id) {
        analysis { analysisType confidenceScore project { status scenes { nodes { summary } } } } } }`,
      { id },
    );
    expect(await rowsOf(analysts!, 'projects', { id })).toMatchObject([
      { content_path: 'imports/storm.epub' },
    ]);
    const [file] = await rowsOf(analysts!, 'media_assets', { project_id: id });
    expect(file).toMatchObject({ asset_type: 'document', metadata: { file_name: 'storm.epub' } });
    expect((await speak(other).query({ table: 'projects', filters: { id } })).refused).toBe('FORBIDDEN');

    const status = (value: string, from: string) =>
      write('update', 'projects', { data: { status: value }, where: { id, status: from }, expected_rows: 1 });
    done(await analysts!.transaction([status('analyzing', 'active')]));
    expect(await rowsOf(adas!, 'projects', { id })).toMatchObject([{ status: 'analyzing' }]);
    const analysis = write('insert', 'content_analysis', {
      data: {
        ...{ project_id: id, analysis_type: 'scenes', confidence_score: 0.87 },
        result: { scenes: 2 },
      },
    });
    const scene = (position: number, summary: string) =>
      write('insert', 'scenes', {
        data: { project_id: id, analysis_id: written, position, summary, asset_id: file.id },
      });
    const found = [analysis, scene(1, 'The storm.'), scene(2, 'The calm.'), status('active', 'analyzing')];
    expect((await eves!.transaction(found)).refused).toBe('TRANSACTION_ROLLED_BACK');
    expect((await speak(other).transaction(found)).refused).toBe('FORBIDDEN');
    expect(done(await analysts!.transaction(found)).status).toBe('committed');

    expect((await results.next()).value.data.contentAnalysisCompleted.analysis).toEqual({
      ...{ analysisType: 'scenes', confidenceScore: 0.87 },
      project: { status: 'ACTIVE', scenes: { nodes: [{ summary: 'The storm.' }, { summary: 'The calm.' }] } },
    });
    await results.return?.();
    expect(await rowsOf(adas!, 'scenes', { project_id: id }, { columns: ['position'] })).toHaveLength(2);
    expect(await rowsOf(eves!, 'scenes', { project_id: id })).toEqual([]);
  });

  test('US 3.1: an animation is generated, and its owner sees how far it is', async () => {
    const id = await imported();
    done(
      await adas!.transaction([write('insert', 'preferences', { data: { parameters: { voice: 'low' } } })]),
    );
    expect(await rowsOf(adas!, 'projects', { id })).toMatchObject([{ status: 'active' }]);
    expect(await rowsOf(adas!, 'content_analysis', { project_id: id })).toEqual([]);
    const [{ parameters }] = await rowsOf(adas!, 'preferences', {});
    expect(parameters).toEqual({ voice: 'low' });

    const begin = [
      write('insert', 'generation_jobs', {
        data: { project_id: id, parameters: { ...parameters, seconds: 60 } },
      }),
      write('update', 'projects', { data: { status: 'generating' }, where: { id }, expected_rows: 1 }),
    ];
    expect((await eves!.transaction(begin)).refused).toBe('TRANSACTION_ROLLED_BACK');
    const [{ data: job }] = done(await adas!.transaction(begin)).results;
    expect(job).toMatchObject({ status: 'queued', progress: 0, parameters: { voice: 'low', seconds: 60 } });
    expect((await adas!.transaction(begin)).refused).toBe('TRANSACTION_ROLLED_BACK');
    expect(await rowsOf(adas!, 'generation_jobs', { project_id: id })).toHaveLength(1);

    const live = await ada.listen(
      `subscription ($id: ID!) { generationJobUpdated(id: $id) {
        generationJob { status progress result { filePath } project { status } } } }`,
      { id: job.id },
    );
    const heard = async () => (await live.next()).value.data.generationJobUpdated.generationJob;
    const report = (data: object) => write('update', 'generation_jobs', { data, where: { id: job.id } });
    expect((await adas!.transaction([report({ progress: 1 })])).refused).toBe('INVALID');
    done(await analysts!.transaction([report({ status: 'running', progress: 0.5 })]));
    expect(await heard()).toMatchObject({
      status: 'RUNNING',
      progress: 0.5,
      project: { status: 'GENERATING' },
    });
    const video = { asset_type: 'video', file_path: 'animations/storm.mp4', size_bytes: 52_428_800 };
    done(
      await analysts!.transaction([
        write('insert', 'media_assets', { data: { project_id: id, ...video } }),
        report({ status: 'succeeded', progress: 1, result_asset_id: written }),
        write('update', 'projects', { data: { status: 'ready' }, where: { id } }),
      ]),
    );
    expect(await heard()).toEqual({
      ...{ status: 'SUCCEEDED', progress: 1, result: { filePath: 'animations/storm.mp4' } },
      project: { status: 'READY' },
    });
    await live.return?.();
    expect(await rowsOf(adas!, 'projects', { id })).toMatchObject([{ status: 'ready' }]);
  });

  test('US 5.1: a person leafs through their history, and nobody else through it', async () => {
    const owner = await signUp('Olga');
    const olgas = speak(owner);
    const titles = ['One', 'Two', 'Three'];
    for (const title of titles) await imported(olgas, title);
    const page = async (by: DataService, number: number) =>
      done(
        await by.query({
          table: 'projects',
          filters: { user_id: owner.id },
          pagination: { page: number, limit: 2 },
        }),
      );

    const [first, second] = [await page(olgas, 1), await page(olgas, 2)];
    expect(first).toMatchObject({
      data: [
        { id: text, title: 'Three', status: 'active', created_at: text },
        { title: 'Two', content_path: 'imports/storm.epub' },
      ],
      pagination: { page: 1, limit: 2, total: 3, pages: 2 },
      execution_time_ms: number,
    });
    expect(second).toMatchObject({ data: [{ title: 'One' }], pagination: { page: 2, total: 3, pages: 2 } });
    expect(await page(eves!, 1)).toMatchObject({ data: [], pagination: { total: 0, pages: 0 } });
  });

  test('US 5.2: a project is changed: what it was is kept, and what is cached of it forgotten', async () => {
    const id = await imported();
    const key = `project:cache:${randomUUID()}`;
    const cache = { database: 'redis', operation: 'set', key, value: '{"title": "The storm"}', ttl: 3600 };
    done(await adas!.transaction([cache]));
    const shown = async () => {
      const { data, cached } = done(await adas!.query({ table: 'projects', filters: { id } }));
      return { title: data[0].title, parameters: data[0].parameters, cached };
    };
    await shown();
    expect(await shown()).toEqual({ title: 'The storm', parameters: {}, cached: true });

    const change = [
      write('insert', 'project_versions', { data: { project_id: id, title: 'The storm' } }),
      write('update', 'projects', {
        data: { title: 'The calm', parameters: { style: 'ink' } },
        where: { id },
      }),
      { database: 'redis', operation: 'del', key },
    ];
    expect((await eves!.transaction(change)).refused).toBe('TRANSACTION_ROLLED_BACK');
    expect(done(await adas!.transaction(change)).results).toMatchObject([
      { status: 'success', data: { number: 1, title: 'The storm' } },
      { status: 'success', data: { title: 'The calm' } },
      { status: 'success' },
    ]);
    expect(await shown()).toEqual({ title: 'The calm', parameters: { style: 'ink' }, cached: false });
    const { project } = await ada.data(
      'query ($id: ID!) { project(id: $id) { title versions { nodes { number title } } } }',
      { id },
    );
    expect(project).toEqual({
      title: 'The calm',
      versions: { nodes: [{ number: 1, title: 'The storm' }] },
    });
  });
});
