import { StartError } from '@kronos/service/run-service';
import { deadline } from '../processes/deadline.ts';
import { httpGet } from '../processes/http.ts';

/**
 * Waits until every service says at `/ready` that it can serve.
 *
 * @param services base URL of each service by name
 * @throws StartError with what the services that cannot serve say
 */
export async function waitUntilReady(
  services: Record<string, string>,
  withinMs: number,
  signal: AbortSignal,
): Promise<void> {
  const waiting = new Map(Object.entries(services));
  const reasons = new Map<string, string>();
  const isReady = await deadline(
    withinMs,
    async () => {
      await Promise.all(
        [...waiting].map(async ([name, url]) => {
          const { status, body } = await httpGet(`${url}/ready`);
          if (status === 200) waiting.delete(name);
          else reasons.set(name, reasonIn(body));
        }),
      );
      return waiting.size === 0;
    },
    signal,
  );
  if (isReady) return;
  const lines = [...waiting.keys()].map((name) => `  ${name}: ${reasons.get(name)}`);
  throw new StartError(
    `These parts did not become ready in ${withinMs / 1000} seconds:\n${lines.join('\n')}`,
  );
}

function reasonIn(body: string): string {
  try {
    const { parts } = JSON.parse(body) as { parts: Record<string, string> };
    const missing = Object.entries(parts).filter(([, state]) => state !== 'ready');
    return missing.map(([part, state]) => `${part}: ${state}`).join(', ');
  } catch {
    return body.slice(0, 200) || 'no answer';
  }
}
