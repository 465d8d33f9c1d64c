import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, client, type Json, type Person, signUp } from '../kit/client.ts';
import { waitUntil } from '../kit/resuming-listener.ts';
import { serviceClient } from '../kit/service-client.ts';

/** Someone who makes an animation of a book, and someone who has nothing to do with it. */
let ada: Person;
let eve: Person;
/** The service that analyses content and makes animations: in its own name, by its client credentials. */
let analyst: Client;
beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp('Ada'), signUp('Eve')]);
  analyst = await serviceClient('ai-analysis-service');
});

/** The payload of a mutation that is carried out. */
async function done(by: Client, document: string, variables: Record<string, unknown>): Promise<Json> {
  const [payload] = Object.values<Json>(await by.data(document, variables));
  expect(payload.userErrors).toEqual([]);
  return payload;
}

const importDocument = `mutation($input: ProjectImportInput!) { projectImport(input: $input) {
  project { id status contentPath owner { id } } mediaAsset { id fileName checksum } userErrors { code field } } }`;
const book = (idempotencyKey?: string) => ({
  ...{ title: 'The storm', parameters: { style: 'ink' }, idempotencyKey },
  file: {
    ...{
      name: 'storm.epub',
      contentType: 'application/epub+zip',
      sizeBytes: 734_003,
      path: 'imports/storm.epub',
    },
    checksum: 'c0ffee00'.repeat(8),
  },
});
const importedBy = async (by: Client) => (await done(by, importDocument, { input: book() })).project.id;
const codeOf = async (by: Client, document: string, variables: Record<string, unknown>) => {
  const { data, errors } = await by.query(document, variables);
  return errors?.[0]?.extensions.code ?? Object.values<Json>(data)[0]?.userErrors?.[0]?.code;
};

/** Why a subscription is refused: what its stream says before it ends. */
async function refusalOf(by: Client, query: string, variables: Record<string, unknown>) {
  const response = await fetch(by.url, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
      ...(by.token && { authorization: `Bearer ${by.token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return /"code":"(\w+)"/.exec(await response.text())?.[1];
}

describe('US 1.1: a file is imported', () => {
  test('with what is known of it, and counted', async () => {
    const owner = await signUp('Olga');
    const count = 'query($id: ID!) { user(id: $id) { projectCount } }';
    expect((await owner.data(count, { id: owner.id })).user.projectCount).toBe(0);
    const variables = { input: book('first') };
    const { project, mediaAsset } = await done(owner, importDocument, variables);
    expect(project).toMatchObject({
      status: 'ACTIVE',
      contentPath: 'imports/storm.epub',
      owner: { id: owner.id },
    });
    expect(mediaAsset).toMatchObject({ fileName: 'storm.epub', checksum: 'c0ffee00'.repeat(8) });

    // A client that did not hear the answer sends it again.
    expect((await done(owner, importDocument, variables)).project.id).toBe(project.id);
    expect((await owner.data(count, { id: owner.id })).user.projectCount).toBe(1);
    expect((await eve.data(count, { id: owner.id })).user.projectCount).toBeNull();
  });

  test('but not by a stranger, by a service, or of a kind that cannot be worked with', async () => {
    const variables = { input: book() };
    expect(await codeOf(client(), importDocument, variables)).toBe('UNAUTHENTICATED');
    expect(await codeOf(analyst, importDocument, variables)).toBe('FORBIDDEN');
    const program = { ...variables.input.file, contentType: 'application/x-msdownload' };
    const wrong = { input: { ...variables.input, file: program } };
    expect(await codeOf(ada, importDocument, wrong)).toBe('UNSUPPORTED_FILE');
  });
});

describe('US 1.5: key scenes are found', () => {
  test('by the service that is told, reads the content, and writes them', async () => {
    const requests = await analyst.listen('subscription { contentAnalysisRequested { analysis { id } } }');
    const id = await importedBy(ada);
    const results = await ada.listen(
      `subscription($id: ID) { contentAnalysisCompleted(projectId: $id) {
        analysis { analysisType status confidenceScore project { status scenes { nodes { summary } } } } } }`,
      { id },
    );
    const ask =
      'mutation($id: ID!) { scenesExtract(projectId: $id) { analysis { id } project { status } userErrors { code } } }';
    const { analysis, project } = await done(ada, ask, { id });
    expect(project.status).toBe('ANALYZING');

    let heard: string | undefined;
    while (heard !== analysis.id)
      heard = (await requests.next()).value.data.contentAnalysisRequested.analysis.id;
    const read = `query($id: ID!) { contentAnalysis(id: $id) { parameters project { id contentPath mediaAssets { nodes { id } } } } }`;
    const { contentAnalysis } = await analyst.data(read, { id: heard });
    expect(contentAnalysis.project).toMatchObject({ id, contentPath: 'imports/storm.epub' });
    const assetId = contentAnalysis.project.mediaAssets.nodes[0].id;
    const scenes = [{ summary: 'The storm.', confidenceScore: 0.9, assetId }, { summary: 'The calm.' }];
    const write =
      'mutation($input: ScenesWriteInput!) { scenesWrite(input: $input) { project { status } userErrors { code field } } }';
    const input = { projectId: id, analysisId: heard, scenes, confidenceScore: 0.87 };
    expect(await codeOf(eve, write, { input })).toBe('FORBIDDEN');
    expect(await codeOf(ada, write, { input })).toBe('FORBIDDEN');
    expect((await done(analyst, write, { input })).project.status).toBe('ACTIVE');

    expect((await results.next()).value.data.contentAnalysisCompleted.analysis).toEqual({
      ...{ analysisType: 'scenes', status: 'COMPLETED', confidenceScore: 0.87 },
      project: { status: 'ACTIVE', scenes: { nodes: [{ summary: 'The storm.' }, { summary: 'The calm.' }] } },
    });
    await Promise.all([requests.return?.(), results.return?.()]);
  });

  test('by no other service', async () => {
    const other = await serviceClient('gaia');
    const document = '{ contentAnalyses { totalCount } }';
    expect(await codeOf(other, document, {})).toBe('FORBIDDEN');
    const id = await importedBy(ada);
    expect((await other.data('query($id: ID!) { project(id: $id) { id } }', { id })).project).toBeNull();
  });
});

test('US 3.1: an animation is made of a project, and its owner sees how far it is', async () => {
  const id = await importedBy(ada);
  const preferences = `mutation($input: GenerationPreferencesUpdateInput!) {
    generationPreferencesUpdate(input: $input) { generationPreferences { parameters } userErrors { code } } }`;
  await done(ada, preferences, { input: { parameters: { voice: 'low', style: 'oil' } } });
  const generate = `mutation($input: AnimationGenerateInput!) { animationGenerate(input: $input) {
    generationJob { id status parameters project { status } } userErrors { code } } }`;
  expect(await codeOf(eve, generate, { input: { projectId: id } })).toBe('NOT_FOUND');
  const { generationJob } = await done(ada, generate, {
    input: { projectId: id, parameters: { seconds: 60 } },
  });
  expect(generationJob).toMatchObject({
    ...{
      status: 'QUEUED',
      parameters: { voice: 'low', style: 'ink', seconds: 60 },
      project: { status: 'GENERATING' },
    },
  });
  expect(await codeOf(ada, generate, { input: { projectId: id } })).toBe('PROJECT_BUSY');

  const updates = `subscription($id: ID!) { generationJobUpdated(id: $id) {
    generationJob { status progress result { filePath } project { status } } } }`;
  expect(await refusalOf(eve, updates, { id: generationJob.id })).toBe('NOT_FOUND');
  expect(await refusalOf(client(), updates, { id: generationJob.id })).toBe('UNAUTHENTICATED');
  const live = await ada.listen(updates, { id: generationJob.id });
  const next = async () => (await live.next()).value.data.generationJobUpdated.generationJob;
  const report = (input: object) =>
    done(
      analyst,
      `mutation($id: ID!, $input: GenerationJobUpdateInput!) { generationJobUpdate(id: $id, input: $input) {
        generationJob { status } userErrors { code field } } }`,
      { id: generationJob.id, input },
    );
  await report({ status: 'RUNNING', progress: 0.5 });
  expect(await next()).toMatchObject({ status: 'RUNNING', progress: 0.5, project: { status: 'GENERATING' } });
  const result = {
    name: 'storm.mp4',
    contentType: 'video/mp4',
    sizeBytes: 52_428_800,
    path: 'animations/storm.mp4',
  };
  await report({ status: 'SUCCEEDED', result });
  expect(await next()).toEqual({
    ...{
      status: 'SUCCEEDED',
      progress: 1,
      result: { filePath: 'animations/storm.mp4' },
      project: { status: 'READY' },
    },
  });
  await live.return?.();
});

test('US 5.1: a person leafs through their history, and nobody else through it', async () => {
  const owner = await signUp('Olga');
  const ids: string[] = [];
  for (let turn = 0; turn < 3; turn += 1) ids.unshift(await importedBy(owner));
  const history = `query($id: ID!, $after: String) { user(id: $id) { projects(first: 2, after: $after) {
    nodes { id title status updatedAt } totalCount pageInfo { hasNextPage endCursor } } } }`;
  const page = async (by: Client, after?: string) =>
    (await by.data(history, { id: owner.id, after })).user.projects;

  const first = await page(owner);
  expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
  const second = await page(owner, first.pageInfo.endCursor);
  expect([...first.nodes, ...second.nodes].map(({ id }: Json) => id)).toEqual(ids);
  expect(second.pageInfo.hasNextPage).toBe(false);
  expect(await page(eve)).toMatchObject({ nodes: [], totalCount: 0 });
});

describe('US 5.2: a project is changed', () => {
  const change = `mutation($id: ID!, $input: ProjectUpdateInput!) { projectUpdate(id: $id, input: $input) {
    project { title parameters versions { nodes { id number title parameters } } } version { number } userErrors { code } } }`;

  test('what it was before is kept, and comes back', async () => {
    const id = await importedBy(ada);
    const { project, version } = await done(ada, change, {
      id,
      input: { title: 'The calm', parameters: {} },
    });
    expect([project.title, version.number]).toEqual(['The calm', 1]);
    const [before] = project.versions.nodes;
    expect(before).toMatchObject({ number: 1, title: 'The storm', parameters: { style: 'ink' } });

    const restore = `mutation($id: ID!, $versionId: ID!) { projectVersionRestore(id: $id, versionId: $versionId) {
      project { title parameters } userErrors { code } } }`;
    expect(await codeOf(eve, restore, { id, versionId: before.id })).toBe('NOT_FOUND');
    const restored = await done(ada, restore, { id, versionId: before.id });
    expect(restored.project).toEqual({ title: 'The storm', parameters: { style: 'ink' } });
  });

  test('by those with whom it is shared, as long as it is', async () => {
    const id = await importedBy(ada);
    const input = { title: 'By Eve' };
    expect(await codeOf(eve, change, { id, input })).toBe('NOT_FOUND');
    const share = `mutation($input: AclEntryGrantInput!) { aclEntryGrant(input: $input) {
      aclEntry { id } userErrors { code } } }`;
    for (const action of ['projects:read', 'projects:update'])
      await done(ada, share, { input: { subjectId: eve.id, action, resourceId: id } });
    await waitUntil(async () => (await codeOf(eve, change, { id, input })) === undefined);
    expect((await eve.data('query($id: ID!) { project(id: $id) { title } }', { id })).project.title).toBe(
      'By Eve',
    );
    const remove = 'mutation($id: ID!) { projectDelete(id: $id) { deletedProjectId userErrors { code } } }';
    expect(await codeOf(eve, remove, { id })).toBe('FORBIDDEN');
    expect((await done(ada, remove, { id })).deletedProjectId).toBe(id);
    expect(await codeOf(eve, change, { id, input })).toBe('NOT_FOUND');
  });
});
