import pg from 'pg';
import { closedToWriters, readableColumns } from './secret-columns.ts';

/** Roles that nobody logs in as, which lend what they may do in one database. */
export interface AccessRoles {
  /** May read every table of the database but those of events, and what is secret in the others. */
  reader: string;
  /** May change rows, too, but for those that decide what people may do. */
  writer: string;
}

/** Tables that are Kronos' own in every domain: whoever writes to them breaks what other domains know. */
const ownTables = ['outbox', 'inbox', 'consumer_offset', '_prisma_migrations'];

/** The names of a database's roles. */
export function accessRolesOf(database: string): AccessRoles {
  return { reader: `${database}_reader`, writer: `${database}_writer` };
}

/**
 * Makes the roles of a database that are missing, and grants them what it has now; tables that come later are granted by the
 * next call.
 *
 * @param operator connected to the database, as the operator
 * @throws DatabaseError when the operator may not do so
 */
export async function ensureAccessRoles(operator: pg.ClientBase): Promise<AccessRoles> {
  const { rows } = await operator.query<{ database: string }>('SELECT current_database() AS database');
  const roles = accessRolesOf(rows[0]!.database);
  const [reader, writer] = [roles.reader, roles.writer].map((role) => pg.escapeIdentifier(role));
  const database = pg.escapeIdentifier(rows[0]!.database);
  const own = ownTables.map((table) => pg.escapeLiteral(table)).join(', ');
  const closed = closedToWriters.map((table) => pg.escapeLiteral(table)).join(', ');
  const secret = pg.escapeLiteral(JSON.stringify(readableColumns));
  await operator.query(`
    BEGIN;
    SELECT pg_advisory_xact_lock(hashtext('kronos access roles'));
    DO $$ BEGIN
      IF to_regrole(${pg.escapeLiteral(reader!)}) IS NULL THEN CREATE ROLE ${reader} NOLOGIN; END IF;
      IF to_regrole(${pg.escapeLiteral(writer!)}) IS NULL THEN
        CREATE ROLE ${writer} NOLOGIN;
        GRANT ${reader} TO ${writer};
      END IF;
    END $$;
    -- Who may make a role does not yet act as it.
    GRANT ${reader}, ${writer} TO CURRENT_USER WITH SET TRUE, INHERIT FALSE;
    GRANT CONNECT ON DATABASE ${database} TO ${reader};
    GRANT USAGE ON SCHEMA public TO ${reader};
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${reader};
    GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${writer};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${writer};
    DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename IN (${own})
      LOOP EXECUTE format('REVOKE ALL ON %s FROM ${reader}, ${writer}', name); END LOOP;
      FOR name IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename IN (${closed})
      LOOP EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %s FROM ${writer}', name); END LOOP;
    END $$;
    DO $$ DECLARE command text; BEGIN
      FOR command IN
        SELECT format('REVOKE ALL ON public.%I FROM ${reader}, ${writer}', t.tablename)
          || coalesce('; GRANT SELECT (' || (SELECT string_agg(quote_ident(column_name), ', ')
            FROM information_schema.columns c
            WHERE c.table_schema = 'public' AND c.table_name = t.tablename AND s.readable ? c.column_name)
            || format(') ON public.%I TO ${reader}', t.tablename), '')
        FROM pg_tables t JOIN jsonb_each(${secret}::jsonb) s (tablename, readable) USING (tablename)
        WHERE t.schemaname = 'public'
      LOOP EXECUTE command; END LOOP;
    END $$;
    COMMIT`);
  return roles;
}
