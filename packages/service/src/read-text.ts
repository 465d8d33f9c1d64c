import { readFile } from 'node:fs/promises';
import { StartError } from './run-service.ts';

/** A text as it was found at one moment. */
export interface FoundText {
  text: string;
  /** How a later look can ask whether anything has changed. */
  etag?: string;
}

/** Where a text is: a file or a URL, and what it is called when it cannot be read. */
export interface TextSource {
  /** E.g. `The supergraph`. */
  title: string;
  location: string;
}

/** Whether a location is a URL rather than a file. */
export function isUrl(location: string): boolean {
  return /^https?:\/\//.test(location);
}

/**
 * Reads a text from a file or a URL.
 *
 * @param etag of the last look; undefined is returned when a URL says that nothing has changed
 * @throws StartError that says what is wrong with the location
 */
export async function readText(
  { title, location }: TextSource,
  etag?: string,
): Promise<FoundText | undefined> {
  if (!isUrl(location)) {
    const text = await readFile(location, 'utf8').catch((error: Error) => {
      throw new StartError(`${title} ${location} cannot be read: ${error.message}`);
    });
    return { text };
  }
  const headers: Record<string, string> = etag ? { 'if-none-match': etag } : {};
  const answer = await fetch(location, { headers, signal: AbortSignal.timeout(10_000) }).catch(
    (error: Error) => {
      const reason = error.cause instanceof Error ? error.cause.message : error.message;
      throw new StartError(`${title} ${location} cannot be fetched: ${reason}`);
    },
  );
  if (answer.status === 304) return undefined;
  if (!answer.ok) throw new StartError(`${title} ${location} cannot be fetched: HTTP ${answer.status}`);
  return { text: await answer.text(), etag: answer.headers.get('etag') ?? undefined };
}
