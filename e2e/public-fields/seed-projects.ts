import type { Client, Person } from '../kit/client.ts';
import { waitUntil } from '../kit/resuming-listener.ts';
import { serviceClient } from '../kit/service-client.ts';
import { change } from './seed.ts';

/** Projects of Ada's, and the service that does with them what people cannot. */
export interface SeededProjects {
  ids: Readonly<Record<string, string>>;
  projects: Readonly<Record<'spare' | 'analysed' | 'animated', string>>;
  /** An animation that is being made. */
  runningJob: string;
  service: Client;
}

const file = (name: string) =>
  `{name: "${name}.epub", contentType: "application/epub+zip", sizeBytes: "734003", path: "imports/${name}.epub"}`;

async function importBook(ada: Person, name: string) {
  const { project, mediaAsset } = await change(
    ada,
    `projectImport(input: {title: "${name}", description: "Walked.", parameters: {style: "ink"}, file: ${file(name)}})`,
    'project { id } mediaAsset { id }',
  );
  return { project: project.id as string, mediaAsset: mediaAsset.id as string };
}

async function animate(ada: Person, project: string): Promise<string> {
  const { generationJob } = await change(
    ada,
    `animationGenerate(input: {projectId: "${project}"})`,
    'generationJob { id }',
  );
  return generationJob.id;
}

/** A project with all that one can have, and others for what is done with them. */
export async function seedProjects(ada: Person): Promise<SeededProjects> {
  const service = await serviceClient('ai-analysis-service');
  const { project, mediaAsset } = await importBook(ada, 'walked');
  const { analysis } = await change(
    ada,
    `contentAnalysisRequest(input: {projectId: "${project}", analysisType: "scenes"})`,
    'analysis { id }',
  );
  const { scenes } = await change(
    service,
    `scenesWrite(input: {projectId: "${project}", analysisId: "${analysis.id}", confidenceScore: 0.9,
      scenes: [{summary: "A storm.", confidenceScore: 0.9, assetId: "${mediaAsset}"}]})`,
    'scenes: project { scenes(first: 1) { nodes { id } } }',
  );
  const job = await animate(ada, project);
  await change(
    service,
    `generationJobUpdate(id: "${job}", input: {status: SUCCEEDED, progress: 1,
      result: {name: "walked.mp4", contentType: "video/mp4", sizeBytes: "1", path: "made/walked.mp4"}})`,
  );
  const { version } = await change(
    ada,
    `projectUpdate(id: "${project}", input: {description: "Walked again."})`,
    'version { id }',
  );
  const [spare, analysed, animated] = [
    await importBook(ada, 'spare'),
    await importBook(ada, 'analysed'),
    await importBook(ada, 'animated'),
  ];
  return {
    ids: {
      Project: project,
      MediaAsset: mediaAsset,
      ContentAnalysis: analysis.id,
      Scene: scenes.scenes.nodes[0].id,
      GenerationJob: job,
      ProjectVersion: version.id,
    },
    projects: { spare: spare.project, analysed: analysed.project, animated: animated.project },
    runningJob: await animate(ada, animated.project),
    service,
  };
}

/** Does with projects what subscriptions tell of. */
export async function stirProjects(
  ada: Person,
  { ids, projects, runningJob, service }: SeededProjects,
): Promise<void> {
  await change(ada, `projectUpdate(id: "${ids.Project}", input: {title: "Changed"})`);
  await change(service, `generationJobUpdate(id: "${runningJob}", input: {status: RUNNING, progress: 0.5})`);
  await change(ada, `generationJobCancel(id: "${runningJob}")`);
  await animate(ada, projects.animated);
  const { analysis } = await change(
    ada,
    `contentAnalysisRequest(input: {projectId: "${projects.analysed}", analysisType: "mood"})`,
    'analysis { id }',
  );
  await change(
    service,
    `contentAnalysisComplete(id: "${analysis.id}", input: {result: {mood: "calm"}, confidenceScore: 0.8})`,
  );
  const { project } = await importBook(ada, 'gone');
  await change(ada, `projectDelete(id: "${project}")`);
}

/** What administrators and Ada do with databases. */
export async function seedDatabase(administrator: Client, ada: Person): Promise<Record<string, string>> {
  const { transaction } = await change(
    ada,
    'dataTransactionExecute(input: {operations: [{database: REDIS, operation: SET, key: "walked", value: "1"}]})',
    'transaction { id }',
  );
  const { lease } = await change(
    administrator,
    'connectionAcquire(input: {serviceName: "core-user-service", operationType: READ})',
    'lease { id }',
  );
  const { run } = await change(administrator, 'migrationsRun(input: {dryRun: true})', 'run { id }');
  const backup = await backUp(administrator);
  await waitUntil(async () => {
    const { backup: now } = await administrator.data(`{ backup(id: "${backup}") { status } }`);
    return now.status === 'SUCCEEDED';
  });
  const { restore } = await change(
    administrator,
    `backupRestore(id: "${backup}", input: {beside: true, idempotencyKey: "${backup}"})`,
    'restore { id }',
  );
  return {
    DataTransaction: transaction.id,
    ConnectionLease: lease.id,
    MigrationRun: run.id,
    Backup: backup,
    BackupRestore: restore.id,
  };
}

/** Begins a small backup. */
export async function backUp(administrator: Client): Promise<string> {
  const { backup } = await change(
    administrator,
    'backupCreate(input: {schemas: ["cache"]})',
    'backup { id }',
  );
  return backup.id;
}
