import pg from 'pg';
import type { VectorStore } from './vector-store.ts';

const patienceMs = 2_000;

/** Vectors in a PostgreSQL that has pgvector. Compared each with each, so that those of any model find room in one table. */
export function pgvectors(url: string): VectorStore {
  const pool = new pg.Pool({
    ...{ connectionString: url, application_name: 'kronos-projects', max: 2 },
    ...{ connectionTimeoutMillis: patienceMs, query_timeout: patienceMs },
  });
  // An idle connection has ended; the next question opens another.
  pool.on('error', () => undefined);
  let opening: Promise<unknown> | undefined;

  async function query(sql: string, values: unknown[]) {
    opening ??= pool
      .query(
        `CREATE TABLE IF NOT EXISTS project_embedding (
          project_id uuid PRIMARY KEY, model text NOT NULL, dimensions integer NOT NULL, vector vector NOT NULL,
          updated_at timestamptz(3) NOT NULL)`,
      )
      .catch((error) => {
        opening = undefined;
        throw error;
      });
    await opening;
    return pool.query(sql, values);
  }

  return {
    async put({ projectId, model, vector, updatedAt }) {
      await query(
        `INSERT INTO project_embedding VALUES ($1, $2, $3, $4::real[]::vector, $5)
         ON CONFLICT (project_id) DO UPDATE SET
           model = excluded.model, dimensions = excluded.dimensions, vector = excluded.vector,
           updated_at = excluded.updated_at`,
        [projectId, model, vector.length, vector, updatedAt],
      );
    },
    async remove(projectId) {
      await query('DELETE FROM project_embedding WHERE project_id = $1', [projectId]);
    },
    async nearest(to, count) {
      const asked = to.map(({ projectId, model, vector }, place) => ({
        ...{ place, project_id: projectId, model, dimensions: vector.length, vector: JSON.stringify(vector) },
      }));
      const { rows } = await query(
        `SELECT array(
           SELECT e.project_id FROM project_embedding e
           WHERE e.model = asked.model AND e.dimensions = asked.dimensions AND e.project_id <> asked.project_id
           ORDER BY e.vector <=> asked.vector::vector, e.project_id LIMIT $2) AS nearest
         FROM jsonb_to_recordset($1) AS asked (place integer, project_id uuid, model text, dimensions integer, vector text)
         ORDER BY asked.place`,
        [JSON.stringify(asked), count],
      );
      return rows.map(({ nearest }) => nearest);
    },
    async known() {
      const { rows } = await query('SELECT project_id, updated_at FROM project_embedding', []);
      return new Map(rows.map((row) => [row.project_id, row.updated_at]));
    },
    close: () => pool.end(),
  };
}
