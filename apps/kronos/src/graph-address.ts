import { commonEnvironment, parseEnvironment, port } from '@kronos/service/environment';
import { StartError } from '@kronos/service/run-service';
import { z } from 'zod';
import { readRunningSystem } from './up/run-file.ts';

/** What commands that ask the graph take from their command line. */
export interface GraphFlags {
  url?: string;
  token?: string;
}

/** What they read beside. */
export const graphEnvironment = {
  KRONOS_HOME: commonEnvironment.KRONOS_HOME,
  KRONOS_PORT: port().default(4000),
  KRONOS_TOKEN: z.string().optional(),
} satisfies z.ZodRawShape;

/**
 * Where the graph is, and as whom it is asked: as the flags say, or else the one that runs on this machine.
 *
 * @throws StartError when the flags are not right
 */
export async function readGraphAddress(
  flags: GraphFlags,
): Promise<{ url: string; token: string | undefined }> {
  const { KRONOS_HOME, KRONOS_PORT, KRONOS_TOKEN } = parseEnvironment(graphEnvironment);
  const running = await readRunningSystem(KRONOS_HOME);
  const url = flags.url ?? running?.graphqlUrl ?? `http://localhost:${KRONOS_PORT}/graphql`;
  if (!URL.canParse(url)) throw new StartError(`${JSON.stringify(url)} is no URL.`);
  return { url, token: readToken(flags.token ?? KRONOS_TOKEN) };
}

function readToken(token: string | undefined): string | undefined {
  const trimmed = token?.trim();
  if (trimmed && !/^[\x21-\x7e]+$/.test(trimmed))
    throw new StartError('The token holds characters that no token has.');
  return trimmed || undefined;
}
