import type { PrismaClient } from '@kronos/prisma-projects';
import { PrismaClient as Client } from '@kronos/prisma-projects';
import { domainAdapter, encodeId, newId, tryDecodeId } from '@kronos/subgraph';
import { type Actor, createTestDomain, type TestDomain } from '@kronos/subgraph/testing';
import { createSubgraph } from './subgraph.ts';

/** The projects subgraph on a database and a Redis of its own, with the steps that its tests share. */
export async function createTestProjects(environment: NodeJS.ProcessEnv = {}) {
  const domain = await createTestDomain('projects', createSubgraph, environment);
  const db: PrismaClient = new Client({ adapter: domainAdapter(domain.databaseUrl) });
  return {
    ...domain,
    db,
    ...createSteps(domain),
    /** The names of the events in the outbox that are about this project, the first one first. */
    async announced(projectId: string): Promise<string[]> {
      const rows = await db.outbox.findMany({
        where: { payload: { path: ['projectId'], equals: uuidOf(projectId) } },
        orderBy: { sequence: 'asc' },
      });
      return rows.map(({ name }) => name);
    },
    async [Symbol.asyncDispose]() {
      await db.$disconnect();
      await domain[Symbol.asyncDispose]();
    },
  };
}

export type TestProjects = Awaited<ReturnType<typeof createTestProjects>>;

/** Somebody, always the same. */
export interface Person extends Actor {
  userId: string;
  /** `user_…` */
  id: string;
}

/** Somebody new. */
export function somebody(scopes: string[] = []): Person {
  const userId = newId();
  return { userId, id: encodeId('user', userId), scopes };
}

/** The service that analyses and makes animations. */
export const analyst: Actor = { serviceId: newId(), scopes: ['projects:analyze'] };

/** A service that may do something else. */
export const otherService: Actor = { serviceId: newId(), scopes: ['users:read'] };

/** What a client says of a file. */
export const aFile = (changes: Record<string, unknown> = {}) => ({
  ...{ name: 'Book.pdf', contentType: 'application/pdf', sizeBytes: '12345', path: 'imports/book.pdf' },
  checksum: 'AB'.repeat(32),
  ...changes,
});

/** The UUID of an id of any type. */
export function uuidOf(id: string): string {
  return tryDecodeId(id.slice(0, id.lastIndexOf('_')), id) as string;
}

// biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it has asked for.
type Payload = Record<string, any> & {
  userErrors: { code: string; message: string; field: string[] | null }[];
};

const projectFields = `id title description status contentPath parameters owner { id }
  versions { nodes { id number title description contentPath parameters changedBy { id } } totalCount }
  mediaAssets { nodes { id } totalCount } scenes { nodes { position summary } }`;
const analysisFields = `id analysisType status parameters result confidenceScore failureReason finishedAt
  project { id status }`;
const jobFields = `id status progress parameters failureReason startedAt finishedAt requestedBy { id }
  result { id assetType filePath } project { id status }`;
const assetFields =
  'id assetType filePath fileName contentType checksum metadata sizeBytes project { id status }';

/** What each mutation takes and what is asked of its payload. */
const mutations: Record<string, [parameters: string, thing: string]> = {
  projectCreate: ['$input: ProjectCreateInput!', `project { ${projectFields} }`],
  projectImport: [
    '$input: ProjectImportInput!',
    `project { ${projectFields} } mediaAsset { ${assetFields} }`,
  ],
  projectUpdate: [
    '$id: ID!, $input: ProjectUpdateInput!',
    `project { ${projectFields} } version { number title }`,
  ],
  projectVersionRestore: [
    '$id: ID!, $versionId: ID!',
    `project { ${projectFields} } version { number title }`,
  ],
  projectDelete: ['$id: ID!', 'deletedProjectId'],
  mediaAssetAdd: ['$input: MediaAssetAddInput!', `mediaAsset { ${assetFields} }`],
  contentAnalysisRequest: ['$input: ContentAnalysisRequestInput!', `analysis { ${analysisFields} }`],
  contentAnalysisCancel: ['$id: ID!', `analysis { ${analysisFields} }`],
  scenesExtract: ['$projectId: ID!', `project { id status } analysis { ${analysisFields} }`],
  contentAnalysisComplete: [
    '$id: ID!, $input: ContentAnalysisCompleteInput!',
    `analysis { ${analysisFields} }`,
  ],
  scenesWrite: ['$input: ScenesWriteInput!', `project { ${projectFields} }`],
  animationGenerate: ['$input: AnimationGenerateInput!', `generationJob { ${jobFields} }`],
  generationJobCancel: ['$id: ID!', `generationJob { ${jobFields} }`],
  generationJobUpdate: ['$id: ID!, $input: GenerationJobUpdateInput!', `generationJob { ${jobFields} }`],
  generationPreferencesUpdate: [
    '$input: GenerationPreferencesUpdateInput!',
    'generationPreferences { parameters updatedAt }',
  ],
};

/** The names of all mutations of the domain. */
export const mutationNames = Object.keys(mutations);

/** A mutation as its client writes it. */
export function documentOf(field: string): string {
  const [parameters, thing] = mutations[field]!;
  const args = [...parameters.matchAll(/\$(\w+)/g)].map(([, name]) => `${name}: $${name}`).join(', ');
  return `mutation (${parameters}) { ${field}(${args}) { ${thing} userErrors { code message field } } }`;
}

function createSteps({ execute }: TestDomain) {
  /** The payload of a mutation. */
  async function mutate(field: string, variables: Record<string, unknown>, as: Actor): Promise<Payload> {
    const { data, errors } = await execute(documentOf(field), variables, as);
    if (errors) throw new Error(`${field}: ${JSON.stringify(errors)}`);
    return data?.[field];
  }

  /** The payload of a mutation that is carried out. */
  async function done(field: string, variables: Record<string, unknown>, as: Actor): Promise<Payload> {
    const payload = await mutate(field, variables, as);
    if (payload.userErrors.length > 0) throw new Error(`${field}: ${JSON.stringify(payload.userErrors)}`);
    return payload;
  }

  return {
    mutate,
    done,
    /** The codes of a mutation's user errors. */
    async faults(field: string, variables: Record<string, unknown>, as: Actor): Promise<string[]> {
      return (await mutate(field, variables, as)).userErrors.map(({ code }) => code);
    },
    /** A project with content; its id. */
    async imported(as: Actor, input: Record<string, unknown> = {}): Promise<string> {
      return (await done('projectImport', { input: { title: 'Book', file: aFile(), ...input } }, as)).project
        .id;
    },
    /** An analysis that is to be done; its id. */
    async requested(as: Actor, projectId: string, analysisType = 'scenes'): Promise<string> {
      return (await done('contentAnalysisRequest', { input: { projectId, analysisType } }, as)).analysis.id;
    },
    /** An animation that is to be made; its id. */
    async ordered(as: Actor, projectId: string, input: Record<string, unknown> = {}): Promise<string> {
      return (await done('animationGenerate', { input: { projectId, ...input } }, as)).generationJob.id;
    },
    /** How far a project has come. */
    async statusOf(as: Actor, id: string): Promise<string | undefined> {
      const { data } = await execute('query ($id: ID!) { project(id: $id) { status } }', { id }, as);
      return data?.project?.status;
    },
  };
}
