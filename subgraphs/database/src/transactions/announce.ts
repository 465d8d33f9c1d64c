import {
  appendToOutbox,
  type EventName,
  type EventPayload,
  entityTags,
  type OutboxTransaction,
} from '@kronos/events';
import { decodeId } from '@kronos/subgraph';
import type pg from 'pg';
import type { RowWrite } from './plan.ts';
import type { WrittenRow } from './write-rows.ts';

/** Rows that an operation has written. */
export interface Written {
  write: RowWrite;
  rows: readonly WrittenRow[];
}

type Append = <Name extends EventName>(name: Name, payload: EventPayload<Name>) => Promise<void>;

/**
 * Announces in a domain's own events what was written there, in the same transaction. What its triggers announce themselves,
 * such as that a project is deleted, is left to them.
 *
 * @param client may write the outbox
 * @returns the cache's tags of all that has changed
 */
export async function announce(
  client: pg.ClientBase,
  domain: string,
  written: readonly Written[],
): Promise<string[]> {
  const outbox = outboxOf(client);
  const tags = new Set<string>();
  const changed = (payload: Parameters<typeof entityTags>[0]) => {
    for (const tag of entityTags(payload)) tags.add(tag);
  };
  const append: Append = async (name, payload) => {
    await appendToOutbox(outbox, name, payload);
    changed(payload);
  };
  if (domain === 'users')
    for (const userId of idsIn(written, 'id', 'user')) await append('userUpdated', { userId });
  else {
    for (const { id: projectId, user_id: userId, changes } of await projectsOf(client, written))
      await append('projectUpdated', { projectId, userId, changes });
    for (const { write, rows } of written) for (const row of rows) await announceRow(append, write, row);
    for (const userId of idsIn(unannounced(written), 'user_id', 'user')) changed({ userId });
    if (tags.size > 0) tags.add('project:*');
  }
  return [...tags];
}

/** What the tables' triggers announce, or nobody. */
function unannounced(written: readonly Written[]): Written[] {
  return written.filter(
    ({ write: { name, kind } }) => name === 'preferences' || (name === 'projects' && kind === 'DELETE'),
  );
}

async function announceRow(append: Append, { name, kind }: RowWrite, row: WrittenRow): Promise<void> {
  if (kind === 'DELETE') return;
  const idOf = (column: string, prefix: string) => decodeId(prefix, row[column] as string);
  if (name === 'content_analysis')
    await append('contentAnalysisCompleted', {
      analysisId: idOf('id', 'content_analysis'),
      projectId: idOf('project_id', 'project'),
    });
  if (name === 'generation_jobs')
    await append(kind === 'INSERT' ? 'generationJobRequested' : 'generationJobUpdated', {
      generationJobId: idOf('id', 'generation_job'),
      projectId: idOf('project_id', 'project'),
    });
}

/** The field of the graph's `Project` that shows a table's rows. */
const fields: Readonly<Record<string, string>> = {
  content_analysis: 'analyses',
  media_assets: 'mediaAssets',
  scenes: 'scenes',
  generation_jobs: 'generationJobs',
  project_versions: 'versions',
};
const fieldsOfProject: Readonly<Record<string, string>> = { content_path: 'contentPath' };

/** The projects that have changed, or to which something has been added or is gone, with whose they are. */
async function projectsOf(client: pg.ClientBase, written: readonly Written[]) {
  const changes = new Map<string, Set<string>>();
  for (const { write, rows } of written) {
    const isProject = write.name === 'projects';
    if (isProject && write.kind === 'DELETE') continue;
    const changed = isProject
      ? Object.keys(write.data).map((column) => fieldsOfProject[column] ?? column)
      : [fields[write.name]].filter((field) => field !== undefined);
    if (changed.length === 0) continue;
    for (const row of rows) {
      const id = decodeId('project', row[isProject ? 'id' : 'project_id'] as string);
      changes.set(id, new Set([...(changes.get(id) ?? []), ...changed]));
    }
  }
  if (changes.size === 0) return [];
  const { rows } = await client.query<{ id: string; user_id: string }>(
    'SELECT id, user_id FROM projects WHERE id = ANY($1::uuid[])',
    [[...changes.keys()]],
  );
  return rows.map((row) => ({ ...row, changes: [...changes.get(row.id)!] }));
}

function idsIn(written: readonly Written[], column: string, prefix: string): string[] {
  const ids = written.flatMap(({ rows }) => rows.map((row) => decodeId(prefix, row[column] as string)));
  return [...new Set(ids)];
}

/** The outbox of the domain in whose database the client is. */
function outboxOf(client: pg.ClientBase): OutboxTransaction {
  const insert = (rows: object[]) =>
    client.query(
      `INSERT INTO outbox (id, name, key, payload, traceparent)
       SELECT id, name, key, payload, traceparent FROM jsonb_to_recordset($1)
         AS row (id uuid, name text, key text, payload jsonb, traceparent text)`,
      [JSON.stringify(rows)],
    );
  return { outbox: { create: ({ data }) => insert([data]), createMany: ({ data }) => insert(data) } };
}
