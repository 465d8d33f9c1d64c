import { type StopTracing, startTracing, telemetryEnvironment } from '@kronos/telemetry';
import { commonEnvironment, parseEnvironment } from './environment.ts';

/** Spans that cannot be sent are told of once in this time, however many they are. */
const quietMs = 60_000;

/**
 * Traces this process if the environment says so. Spans that get lost are a warning in its log.
 *
 * @throws EnvironmentError with every variable that is wrong
 */
export async function traceProcess(source: NodeJS.ProcessEnv): Promise<StopTracing> {
  const { LOG_LEVEL: level, ...settings } = parseEnvironment(
    { ...telemetryEnvironment, LOG_LEVEL: commonEnvironment.LOG_LEVEL },
    source,
  );
  let toldAt = Number.NEGATIVE_INFINITY;
  return startTracing(settings, {
    async onFault(err) {
      const now = performance.now();
      if (now - toldAt < quietMs) return;
      toldAt = now;
      // Whoever only runs a service need not load a logger for it.
      const { createLogger } = await import('./logger.ts');
      createLogger({ name: 'telemetry', level }).warn({ err }, 'spans cannot be sent and are lost');
    },
  });
}
