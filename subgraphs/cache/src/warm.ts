import { mutation, serviceUnavailable, UserFault, userFaults, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationCacheWarmArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';

const maxAtOnce = 50;
const timeoutMs = 10_000;
const operations = z.object({
  acceptLanguage: z
    .string()
    .regex(/^[\w\-*,;=. ]{1,200}$/, 'It is not what browsers send as `accept-language`.')
    .nullish(),
  operations: z
    .array(
      z.object({
        documentId: z
          .string()
          .regex(/^sha256:[0-9a-f]{64}$/, 'A hash is `sha256:` and 64 hexadecimal digits.'),
        variables: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .min(1, 'Say what is to be run.')
    .max(maxAtOnce, `At most ${maxAtOnce} at once.`),
});

/** Runs stored queries through the gateway in nobody's name, whose answers it keeps. */
export const cacheWarm = mutation(
  async (_parent: unknown, { input }: MutationCacheWarmArgs, { gatewayUrl, requestId }: Context) => {
    const valid = validInput(operations, input);
    const faults: UserFault[] = [];
    let warmedKeys = 0;
    for (const [index, operation] of valid.operations.entries()) {
      const { isKept, error } = await run(gatewayUrl, operation, {
        accept: 'application/json',
        'accept-language': valid.acceptLanguage ?? '*',
        'apollo-require-preflight': 'true',
        'x-request-id': requestId,
      });
      if (isKept) warmedKeys += 1;
      if (error) faults.push(faultOf(error, index));
    }
    if (faults.length > 0) userFaults(faults);
    return { warmedKeys };
  },
);

/** What the gateway says by RFC 9211. */
const isCached = /^kronos; (hit|fwd=miss; stored)/;

interface Outcome {
  /** Whether the cache has the answer, or had it before. */
  isKept: boolean;
  error?: string;
}

/** By GET, which the gateway never lets change anything. */
async function run(
  gatewayUrl: string,
  { documentId, variables }: { documentId: string; variables?: Record<string, unknown> | null },
  headers: Record<string, string>,
): Promise<Outcome> {
  const url = new URL(gatewayUrl);
  const persistedQuery = { version: 1, sha256Hash: documentId.slice('sha256:'.length) };
  url.searchParams.set('extensions', JSON.stringify({ persistedQuery }));
  if (variables) url.searchParams.set('variables', JSON.stringify(variables));
  let response: Response;
  try {
    response = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  } catch {
    throw serviceUnavailable('The gateway does not answer.', 5);
  }
  const { errors } = (await response.json().catch(() => ({}))) as { errors?: { message: string }[] };
  if (errors?.length) return { isKept: false, error: errors[0]!.message };
  return { isKept: isCached.test(response.headers.get('cache-status') ?? '') };
}

function faultOf(error: string, index: number): UserFault {
  return new UserFault({ code: 'INVALID', message: error, field: ['input', 'operations', String(index)] });
}
