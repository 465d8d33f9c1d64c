import { fileVectors } from './vector-store.file.ts';
import { pgvectors } from './vector-store.pgvector.ts';

/** Where a project lies among all others. */
export interface Placed {
  /** A UUID. */
  projectId: string;
  /** What made the vector: only those of one model are compared. */
  model: string;
  vector: readonly number[];
  /** When it was put there. */
  updatedAt: Date;
}

/** Vectors of projects, of which the nearest can be asked. It is filled from the table `embeddings`, which is the truth. */
export interface VectorStore {
  /** Puts a project where it lies, in place of where it lay. */
  put(placed: Placed): Promise<void>;
  /** @param projectId a UUID */
  remove(projectId: string): Promise<void>;
  /** For each of these the UUIDs of the projects whose vectors have the smallest angle to it, the nearest first, without itself. */
  nearest(to: readonly Omit<Placed, 'updatedAt'>[], count: number): Promise<string[][]>;
  /** When each project in the store was put where it lies, by its UUID. */
  known(): Promise<Map<string, Date>>;
  close(): Promise<void>;
}

/**
 * A store of vectors. It is opened when it is first used.
 *
 * @param url `file:…` for a file by sqlite-vec, which all processes of one machine share; a URL of a PostgreSQL that has pgvector else
 */
export function openVectorStore(url: string): VectorStore {
  return url.startsWith('file:') ? fileVectors(url.slice('file:'.length)) : pgvectors(url);
}
