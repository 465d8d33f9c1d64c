import { soon } from '@kronos/events/testing';
import { erasePerson, exportPerson } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { personalData } from './personal-data.ts';
import { most } from './quotas.ts';
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
beforeAll(async () => {
  kit = await createTestProjects();
});
beforeEach(() => {
  ada = somebody();
});
afterAll(() => kit[Symbol.asyncDispose]());

const history = `query ($id: ID!, $first: Int, $after: String, $filter: ProjectFilter, $orderBy: [ProjectOrderBy!]) {
  _entities(representations: [{ __typename: "User", id: $id }]) { ... on User { projectCount
    projects(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      nodes { title status } totalCount pageInfo { hasNextPage endCursor } } } } }`;
const historyOf = async (variables: object, as = ada) =>
  (await kit.execute(history, { id: ada.id, ...variables }, as)).data?._entities[0];

describe('an import', () => {
  test('makes the project, what is known of its file, and counts', async () => {
    const input = { title: ' Book ', file: aFile({ metadata: { pages: 12 } }), parameters: { style: 'ink' } };
    const { project, mediaAsset } = await kit.done('projectImport', { input }, ada);

    expect(project).toMatchObject({
      ...{ id: expect.stringMatching(/^project_/), title: 'Book', status: 'ACTIVE', owner: { id: ada.id } },
      ...{ contentPath: 'imports/book.pdf', parameters: { style: 'ink' }, versions: { totalCount: 0 } },
      mediaAssets: { nodes: [{ id: mediaAsset.id }], totalCount: 1 },
    });
    expect(mediaAsset).toEqual({
      ...{ id: expect.stringMatching(/^media_asset_/), assetType: 'document', filePath: 'imports/book.pdf' },
      ...{
        fileName: 'Book.pdf',
        contentType: 'application/pdf',
        checksum: 'ab'.repeat(32),
        sizeBytes: '12345',
      },
      ...{ metadata: { pages: 12 }, project: { id: project.id, status: 'ACTIVE' } },
    });
    expect((await historyOf({})).projectCount).toBe(1);
    expect(await kit.announced(project.id)).toEqual(['projectOwned']);
  });

  test('that is sent again is the same; its key stands for no other', async () => {
    const variables = { input: { title: 'Book', file: aFile(), idempotencyKey: 'import-1' } };
    const made = await Promise.all([1, 2, 3].map(() => kit.done('projectImport', variables, ada)));

    expect(new Set(made.map(({ project }) => project.id)).size).toBe(1);
    const other = { input: { ...variables.input, file: aFile({ path: 'imports/other.pdf' }) } };
    expect(await kit.faults('projectImport', other, ada)).toEqual(['CONFLICT']);
    // Another person's key is another key.
    expect(await kit.faults('projectImport', other, somebody())).toEqual([]);
  });

  test.each([
    [
      'a type that is not supported',
      { contentType: 'application/x-msdownload' },
      'UNSUPPORTED_FILE',
      'contentType',
    ],
    ['a name of another type', { name: 'Book.exe' }, 'UNSUPPORTED_FILE', 'name'],
    ['a name that is a path', { name: '../Book.pdf' }, 'INVALID', 'name'],
    ['a path that leads out', { path: '../../etc/passwd' }, 'INVALID', 'path'],
    ['no bytes', { sizeBytes: '0' }, 'INVALID', 'sizeBytes'],
    ['too many bytes', { sizeBytes: '104857601' }, 'INVALID', 'sizeBytes'],
    ['more bytes than there are', { sizeBytes: '9'.repeat(30) }, 'INVALID', 'sizeBytes'],
    ['no checksum', { checksum: 'x' }, 'INVALID', 'checksum'],
    ['NUL in what else is known', { metadata: { a: '\0' } }, 'INVALID', 'metadata'],
  ])('with %s is refused', async (_name, changes, code, field) => {
    const { project, userErrors } = await kit.mutate(
      'projectImport',
      { input: { title: 'Book', file: aFile(changes) } },
      ada,
    );
    expect(project).toBeNull();
    expect(userErrors).toMatchObject([{ code, field: ['input', 'file', field] }]);
  });
});

test.each([
  ['no title', { title: ' ' }, ['REQUIRED', 'title']],
  ['a title that is too long', { title: 'x'.repeat(256) }, ['INVALID', 'title']],
  ['NUL in the title', { title: 'x\0' }, ['INVALID', 'title']],
  ['too long a description', { title: 'x', description: 'x'.repeat(10_001) }, ['INVALID', 'description']],
  ['too many parameters', { title: 'x', parameters: { a: 'x'.repeat(17_000) } }, ['INVALID', 'parameters']],
  ['a path that leads out', { title: 'x', contentPath: '/etc/passwd' }, ['INVALID', 'contentPath']],
])('a project with %s is not made', async (_name, input, [code, field]) => {
  const { userErrors } = await kit.mutate('projectCreate', { input }, ada);
  expect(userErrors).toMatchObject([{ code, field: ['input', field] }]);
});

test('nobody has more projects than there may be, whoever asks at the same time', async () => {
  await kit.db.project.createMany({
    data: Array.from({ length: 998 }, () => ({ userId: ada.userId, title: 'x' })),
  });
  const made = await Promise.all(
    [1, 2, 3, 4].map(() => kit.faults('projectCreate', { input: { title: 'One more' } }, ada)),
  );
  expect(made.flat()).toEqual(['QUOTA_EXCEEDED', 'QUOTA_EXCEEDED']);
  const premium = { ...ada, scopes: ['quota:premium'] };
  expect(await kit.faults('projectCreate', { input: { title: 'One more' } }, premium)).toEqual([]);
});

describe('the history', () => {
  test('comes in pages, in order, and filtered', async () => {
    for (const title of ['A', 'B', 'C']) await kit.imported(ada, { title });
    await kit.done('projectCreate', { input: { title: 'D' } }, ada);
    await kit.imported(somebody(), { title: 'E' });

    const first = await historyOf({ first: 2 });
    expect(first.projects).toMatchObject({ nodes: [{ title: 'D' }, { title: 'C' }], totalCount: 4 });
    const { endCursor: after } = first.projects.pageInfo;
    expect((await historyOf({ first: 2, after })).projects).toMatchObject({
      nodes: [{ title: 'B' }, { title: 'A' }],
      pageInfo: { hasNextPage: false },
    });
    const byTitle = { orderBy: [{ field: 'TITLE' }], filter: { status: { in: ['ACTIVE', 'FAILED'] } } };
    const { nodes } = (await historyOf(byTitle)).projects;
    expect(nodes.map(({ title }: { title: string }) => title)).toEqual(['A', 'B', 'C']);
    expect((await historyOf({ filter: { status: { in: [] } } })).projects.totalCount).toBe(0);
  });

  test('is of no others, and their count is theirs', async () => {
    await kit.imported(ada);
    expect(await historyOf({}, somebody())).toMatchObject({
      projectCount: null,
      projects: { totalCount: 0 },
    });
    expect(await historyOf({}, somebody(['projects:manage']))).toMatchObject({ projectCount: 1 });
  });
});

describe('a change', () => {
  test('keeps what was before as a version, which can be restored', async () => {
    const id = await kit.imported(ada, { title: 'One', parameters: { style: 'ink', seconds: 30 } });
    const change = { id, input: { title: 'Two', description: 'More.', parameters: { style: 'oil' } } };
    const { project, version } = await kit.done('projectUpdate', change, ada);
    expect(project).toMatchObject({ title: 'Two', description: 'More.', parameters: { style: 'oil' } });
    expect(version).toEqual({ number: 1, title: 'One' });
    const [before] = project.versions.nodes;
    expect(before).toMatchObject({
      title: 'One',
      parameters: { style: 'ink', seconds: 30 },
      changedBy: { id: ada.id },
    });

    const restored = await kit.done('projectVersionRestore', { id, versionId: before.id }, ada);
    expect(restored.project).toMatchObject({
      ...{ title: 'One', description: null, parameters: { style: 'ink', seconds: 30 } },
      versions: { totalCount: 2 },
    });
    expect(restored.version).toEqual({ number: 2, title: 'Two' });
    expect(await kit.announced(id)).toEqual(['projectOwned', 'projectUpdated', 'projectUpdated']);
  });

  test('of nothing makes no version, and nobody is told', async () => {
    const id = await kit.imported(ada, { title: 'One', parameters: { a: 1, b: { c: 2, d: 3 } } });
    const same = { title: 'One', description: null, parameters: { b: { d: 3, c: 2 }, a: 1 } };
    const { project, version } = await kit.done('projectUpdate', { id, input: same }, ada);

    expect([version, project.versions.totalCount]).toEqual([null, 0]);
    expect(await kit.announced(id)).toEqual(['projectOwned']);
  });

  test('empties what may be empty, and no title', async () => {
    const id = await kit.imported(ada, { description: 'Some.', parameters: { a: 1 } });
    const { project } = await kit.done(
      'projectUpdate',
      { id, input: { description: null, parameters: null } },
      ada,
    );
    expect(project).toMatchObject({ description: null, parameters: {} });
    expect(await kit.faults('projectUpdate', { id, input: { title: null } }, ada)).toEqual(['REQUIRED']);
  });

  test('puts a project away and takes it up again; the other states come of themselves', async () => {
    const id = await kit.imported(ada);
    const to = (status: string) => kit.mutate('projectUpdate', { id, input: { status } }, ada);
    expect((await to('ARCHIVED')).project.status).toBe('ARCHIVED');
    expect(await kit.faults('animationGenerate', { input: { projectId: id } }, ada)).toEqual(['CONFLICT']);
    expect((await to('ACTIVE')).project.status).toBe('ACTIVE');
    expect((await to('READY')).userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'status'] }]);
  });

  test('of its content waits until a service has done its work, of its title it does not', async () => {
    const id = await kit.imported(ada);
    await kit.requested(ada, id);
    const change = (input: object) => kit.faults('projectUpdate', { id, input }, ada);
    expect(await change({ title: 'Two' })).toEqual([]);
    expect(await change({ parameters: { style: 'oil' } })).toEqual(['PROJECT_BUSY']);
    expect(await change({ contentPath: 'imports/other.pdf' })).toEqual(['PROJECT_BUSY']);
    expect(await change({ status: 'ARCHIVED' })).toEqual(['PROJECT_BUSY']);
  });

  test('by many at once makes versions without gaps, of which the oldest go', async () => {
    const id = await kit.imported(ada, { title: '0' });
    const projectId = uuidOf(id);
    await kit.db.projectVersion.createMany({
      data: Array.from({ length: 98 }, (_, index) => ({ projectId, number: index + 1, title: 'x' })),
    });
    const titles = ['A', 'B', 'C', 'D', 'E'];
    await Promise.all(titles.map((title) => kit.done('projectUpdate', { id, input: { title } }, ada)));

    const numbers = await kit.db.projectVersion.findMany({
      where: { projectId },
      orderBy: { number: 'asc' },
    });
    expect(numbers.map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, index) => index + 4));
  });
});

test('a file is added once; another under its path is refused', async () => {
  const { project } = await kit.done('projectCreate', { input: { title: 'Book' } }, ada);
  const add = (file: object) => ({ input: { projectId: project.id, file } });
  const image = aFile({ name: 'Cover.png', contentType: 'image/png', path: 'imports/cover.png' });
  const { mediaAsset } = await kit.done('mediaAssetAdd', add(image), ada);
  expect(mediaAsset).toMatchObject({ assetType: 'image', project: { status: 'ACTIVE' } });

  expect((await kit.done('mediaAssetAdd', add(image), ada)).mediaAsset.id).toBe(mediaAsset.id);
  expect(await kit.faults('mediaAssetAdd', add({ ...image, sizeBytes: 1 }), ada)).toEqual(['CONFLICT']);
});

test('what is deleted is gone with all that belongs to it', async () => {
  const id = await kit.imported(ada);
  const analysisId = await kit.requested(ada, id);
  await kit.done(
    'scenesWrite',
    { input: { projectId: id, analysisId, scenes: [{ summary: 'One' }] } },
    analyst,
  );
  await kit.ordered(ada, id);
  await kit.done('projectUpdate', { id, input: { title: 'Two' } }, ada);

  expect((await kit.done('projectDelete', { id }, ada)).deletedProjectId).toBe(id);
  expect(await kit.faults('projectDelete', { id }, ada)).toEqual(['NOT_FOUND']);
  const where = { projectId: uuidOf(id) };
  const { contentAnalysis, mediaAsset, scene, generationJob, projectVersion } = kit.db;
  const left = await Promise.all([
    contentAnalysis.count({ where }),
    mediaAsset.count({ where }),
    scene.count({ where }),
    generationJob.count({ where }),
    projectVersion.count({ where }),
  ]);
  expect(left).toEqual([0, 0, 0, 0, 0]);
  expect((await kit.announced(id)).at(-1)).toBe('projectDeleted');
});

test('a person’s export has what belongs to their projects, and their erasure leaves none of it', async () => {
  const [owner, other] = [somebody(), somebody()];
  for (const person of [owner, other]) {
    const id = await kit.imported(person);
    const analysisId = await kit.requested(person, id);
    const input = { projectId: id, analysisId, scenes: [{ summary: `Of ${person.userId}` }] };
    await kit.done('scenesWrite', { input }, analyst);
    await kit.done('projectUpdate', { id, input: { title: 'Two' } }, person);
    await kit.ordered(person, id);
  }
  const exported = (userId: string) =>
    kit.db.$transaction(async (tx) => {
      const tables: Record<string, number> = {};
      for await (const part of exportPerson(tx, personalData, userId))
        for (const { table, rows } of part.tables) tables[table] = (tables[table] ?? 0) + rows.length;
      return tables;
    });
  const everything = { projects: 1, content_analysis: 1, scenes: 1, media_assets: 1 };
  const all = { ...everything, generation_jobs: 1, project_versions: 1 };
  expect(await exported(owner.userId)).toEqual(all);
  const erasure = await kit.db.$transaction((tx) => erasePerson(tx, personalData, owner.userId));
  expect(erasure).toMatchObject({ erased: 4, anonymised: 0, retained: 0 });
  expect([await exported(owner.userId), await exported(other.userId)]).toEqual([{}, all]);
});

test('rows that others write in the table are announced as ours are', async () => {
  const { id } = await kit.db.project.create({ data: { userId: ada.userId, title: 'By a lease' } });
  const rows = await kit.db.outbox.findMany({ where: { key: id } });
  expect(rows.map(({ name, payload }) => [name, payload])).toEqual([
    ['projectOwned', { projectId: id, userId: ada.userId }],
  ]);
  expect((await historyOf({})).projects.nodes).toEqual([{ title: 'By a lease', status: 'DRAFT' }]);
});

test('the tables hold others to the same quotas', async () => {
  const rows = await kit.db.$queryRaw<{ table: string; text: string }[]>`
    SELECT tgrelid::regclass::text AS table, encode(tgargs, 'escape') AS text FROM pg_trigger
    WHERE tgfoid = 'keep_within_quota'::regproc`;
  const held = rows.map(({ table, text }) => [table, ...text.split('\\000').slice(0, 3)]);
  const everybody = (limit: number) => [String(limit), String(limit)];
  const plans = ({ user, premium }: { user: number; premium: number }) => [String(user), String(premium)];
  expect(held.sort()).toEqual([
    ['content_analysis', 'project_id', ...everybody(most.analyses)],
    ['generation_jobs', 'project_id', ...everybody(most.generationJobs)],
    ['generation_jobs', 'requested_by', ...plans(most.openJobs)],
    ['media_assets', 'project_id', ...everybody(most.mediaAssets)],
    ['projects', 'user_id', ...plans(most.projects)],
    ['scenes', 'project_id', ...everybody(most.scenes)],
  ]);
});

test('who adds rows to a full project at the same moment waits, and is refused; over many projects nobody waits for ever', async () => {
  const projects = await Promise.all(
    [1, 2, 3].map((n) => kit.db.project.create({ data: { userId: ada.userId, title: `Full ${n}` } })),
  );
  const scene = (projectId: string, position: number) => ({ projectId, position, summary: 'x' });
  const [id, ...others] = projects.map((project) => project.id) as [string, ...string[]];
  await kit.db.scene.createMany({
    data: Array.from({ length: most.scenes - 1 }, (_, index) => scene(id, index + 1)),
  });
  let second: Promise<string> | undefined;
  await kit.db.$transaction(async (tx) => {
    await tx.scene.create({ data: scene(id, most.scenes) });
    second = kit.db.scene.create({ data: scene(id, most.scenes + 1) }).then(
      () => 'added',
      (error) => String(error),
    );
    const isWaiting = soon(async () => {
      const waiting = await kit.db.$queryRaw<unknown[]>`SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      expect(waiting).toHaveLength(1);
    });
    expect(await Promise.race([second, isWaiting])).toBeUndefined();
  });
  expect(await second).toContain('as many as there may be');
  expect(await kit.db.scene.count({ where: { projectId: id } })).toBe(most.scenes);

  const adding = Array.from({ length: 20 }, (_, turn) =>
    kit.db.mediaAsset.createMany({
      data: (turn % 2 === 0 ? others : others.toReversed()).map((projectId) => {
        return { projectId, assetType: 'image', filePath: `${turn}.png`, sizeBytes: 1 };
      }),
    }),
  );
  expect((await Promise.all(adding)).map(({ count }) => count)).toEqual(adding.map(() => 2));
});
