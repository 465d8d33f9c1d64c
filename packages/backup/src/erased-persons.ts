import { hasColumn } from './databases/describe.ts';
import { openSession } from './databases/session.ts';
import type { BackupTarget } from './databases/target.ts';
import { abandonedMs, type BackupStorage } from './storage/storage.ts';

/** A person whose erasure is noted beside the backups. */
interface ErasedPerson {
  /** A UUID. */
  person: string;
  erasedAt: Date;
  /** The name of the note. */
  note: string;
}

const notePattern = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@(\d+)$/;

/**
 * Notes beside the backups that a person is erased: no restore brings back the key that opens what is sealed of them. Doing it
 * again adds nothing that matters.
 *
 * @param person a UUID
 */
export async function noteErasedPerson(
  storage: BackupStorage,
  person: string,
  erasedAt = new Date(),
): Promise<void> {
  await storage.remember(`${person.toLowerCase()}@${erasedAt.getTime()}`);
}

async function readErasedPersons(storage: BackupStorage): Promise<ErasedPerson[]> {
  const notes = await storage.remembered();
  return notes.flatMap((note) => {
    const [, person, time] = notePattern.exec(note) ?? [];
    return person ? [{ person, erasedAt: new Date(Number(time)), note }] : [];
  });
}

/**
 * Forgets who was erased before the oldest backup was begun: none has their key. One that is being made may be older than those
 * that there are, so what is younger than any draft gets stays.
 *
 * @param oldest when the oldest backup was begun; undefined without any
 */
export async function forgetErasedPersons(
  storage: BackupStorage,
  oldest: Date | undefined,
  now: Date,
): Promise<void> {
  const before = Math.min(oldest?.getTime() ?? Number.POSITIVE_INFINITY, now.getTime() - abandonedMs);
  const persons = await readErasedPersons(storage);
  await storage.forget(persons.filter(({ erasedAt }) => erasedAt.getTime() < before).map(({ note }) => note));
}

/**
 * Empties the keys of erased persons in a database that was restored and is not in use yet: of those who are noted beside the
 * backups, and of those whom the database that it is to replace knows. They have a row there afterwards, by which they get no
 * other key, and the domain erases them again when it starts.
 *
 * @param restored where the rows of the backup are
 * @param current the database in whose place it comes; null when there is none
 */
export async function shredErasedPersons(
  storage: BackupStorage,
  restored: Pick<BackupTarget, 'url' | 'owner'>,
  current: Pick<BackupTarget, 'url' | 'owner'> | null,
): Promise<void> {
  await using client = await openSession(restored.url, restored.owner);
  if (!(await hasColumn(client, 'person_key', 'shredded_at'))) return;
  const noted = (await readErasedPersons(storage)).map(({ person }) => person);
  const known = current ? await readShredded(current) : [];
  const persons = [...new Set([...noted, ...known])];
  await client.query(
    `INSERT INTO public.person_key (person_id, shredded_at)
     SELECT person, now() FROM unnest($1::uuid[]) AS person
     ON CONFLICT (person_id) DO UPDATE
       SET sealed_key = NULL, shredded_at = coalesce(person_key.shredded_at, excluded.shredded_at)`,
    [persons],
  );
  if (await hasColumn(client, 'person_key', 'needs_erasure'))
    await client.query(
      'UPDATE public.person_key SET needs_erasure = true WHERE person_id = ANY($1::uuid[])',
      [persons],
    );
}

async function readShredded({ url, owner }: Pick<BackupTarget, 'url' | 'owner'>): Promise<string[]> {
  await using client = await openSession(url, owner);
  if (!(await hasColumn(client, 'person_key', 'shredded_at'))) return [];
  const { rows } = await client.query<{ person: string }>(
    'SELECT person_id AS person FROM public.person_key WHERE shredded_at IS NOT NULL',
  );
  return rows.map(({ person }) => person);
}
