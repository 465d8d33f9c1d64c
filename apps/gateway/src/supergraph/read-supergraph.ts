import { readFile } from 'node:fs/promises';
import { StartError } from '@kronos/service';

/** A supergraph as it was found at one moment. */
export interface FoundSupergraph {
  sdl: string;
  /** How a later look can ask whether anything has changed. */
  etag?: string;
}

/** Whether a supergraph's location is a URL rather than a file. */
export function isUrl(location: string): boolean {
  return /^https?:\/\//.test(location);
}

/**
 * Reads a supergraph from a file or a URL.
 *
 * @param etag of the last look; undefined is returned when a URL says that nothing has changed
 * @throws StartError that says what is wrong with the location
 */
export async function readSupergraph(location: string, etag?: string): Promise<FoundSupergraph | undefined> {
  if (!isUrl(location)) {
    const sdl = await readFile(location, 'utf8').catch((error: Error) => {
      throw new StartError(`The supergraph ${location} cannot be read: ${error.message}`);
    });
    return { sdl };
  }
  const headers: Record<string, string> = etag ? { 'if-none-match': etag } : {};
  const answer = await fetch(location, { headers, signal: AbortSignal.timeout(10_000) }).catch(
    (error: Error) => {
      const reason = error.cause instanceof Error ? error.cause.message : error.message;
      throw new StartError(`The supergraph ${location} cannot be fetched: ${reason}`);
    },
  );
  if (answer.status === 304) return undefined;
  if (!answer.ok) throw new StartError(`The supergraph ${location} cannot be fetched: HTTP ${answer.status}`);
  return { sdl: await answer.text(), etag: answer.headers.get('etag') ?? undefined };
}
