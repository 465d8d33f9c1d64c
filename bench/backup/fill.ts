import { createHash, randomUUID } from 'node:crypto';
import { migrate } from '@kronos/migrations';
import pg from 'pg';
import { seededRandom } from '../federation/workloads.ts';

/** Projects in a megabyte on the disk, with their scenes and assets, indexes and all. */
const projectsPerMegabyte = 130;
const [scenesEach, assetsEach, rowsAtOnce] = [8, 6, 500];

/** Makes the domain's tables, and fills them with what people write. @returns bytes on the disk, and of the rows as text */
export async function fill(databaseUrl: string, megabytes: number) {
  await migrate({ domain: 'projects', databaseUrl });
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // What triggers would announce is not what is measured.
    await client.query("SET session_replication_role = 'replica'");
    const count = Math.round(megabytes * projectsPerMegabyte);
    for (let done = 0; done < count; done += rowsAtOnce) {
      const projects = Array.from({ length: Math.min(rowsAtOnce, count - done) }, () => project());
      await insert(client, 'projects', projects);
      await insert(client, 'scenes', projects.flatMap(scenesOf));
      await insert(client, 'media_assets', projects.flatMap(assetsOf));
    }
    await client.query('VACUUM ANALYZE');
    const { rows } = await client.query(`SELECT pg_database_size(current_database()) AS disk,
      (SELECT sum(octet_length(p::text)) FROM projects p) + (SELECT sum(octet_length(s::text)) FROM scenes s)
      + (SELECT sum(octet_length(a::text)) FROM media_assets a) AS text`);
    return { bytesOnDisk: Number(rows[0].disk), bytesOfText: Number(rows[0].text) };
  } finally {
    await client.end();
  }
}

async function insert(client: pg.Client, table: string, rows: readonly Record<string, unknown>[]) {
  const columns = Object.keys(rows[0]!).join(', ');
  await client.query(
    `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1)`,
    [JSON.stringify(rows)],
  );
}

const random = seededRandom(1);
const words = Array.from({ length: 4_000 }, (_, index) =>
  createHash('md5')
    .update(String(index))
    .digest('hex')
    .slice(0, 2 + (index % 7)),
);

/** Words come as often as in a language: few of them often, most seldom. */
function prose(length: number): string {
  return Array.from({ length }, () => words[Math.floor(words.length * random() ** 3)]).join(' ');
}

function project() {
  return {
    ...{ id: randomUUID(), user_id: randomUUID(), title: prose(5), description: prose(60), status: 'draft' },
    ...{ parameters: { style: prose(4), seed: Math.floor(random() * 1e9) }, ...times() },
  };
}

function scenesOf({ id }: { id: string }) {
  return Array.from({ length: scenesEach }, (_, position) => ({
    ...{ id: randomUUID(), project_id: id, position, summary: prose(40) },
    ...{ confidence_score: Math.round(random() * 100) / 100, created_at: new Date().toISOString() },
  }));
}

function assetsOf({ id }: { id: string }) {
  return Array.from({ length: assetsEach }, () => ({
    ...{ id: randomUUID(), project_id: id, asset_type: 'image', file_path: `media/${randomUUID()}.png` },
    metadata: { width: 1920, height: 1080, prompt: prose(20), hash: randomUUID() },
    ...{ size_bytes: Math.floor(random() * 1e7), created_at: new Date().toISOString() },
  }));
}

function times() {
  return { created_at: new Date().toISOString(), updated_at: new Date().toISOString() };
}
