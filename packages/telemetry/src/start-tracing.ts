import { isTraced, type TelemetrySettings } from './environment.ts';
import { setTracing } from './tracing.ts';

export interface StartTracingOptions {
  /** Hears why spans cannot be sent, each time that some are lost. */
  onFault(reason: Error): void;
}

/** Ends tracing and sends what has not been sent; it gives up after a few seconds. */
export type StopTracing = () => Promise<void>;

/**
 * Traces this process if the settings say so: from here on `tracing` is there. OpenTelemetry is loaded then, and only then.
 * To be called before anything is made that may be traced.
 */
export async function startTracing(
  settings: TelemetrySettings,
  options: StartTracingOptions,
): Promise<StopTracing> {
  if (!isTraced(settings)) return async () => undefined;
  const { openTelemetry } = await import('./open-telemetry.ts');
  const { tracing, close } = openTelemetry(settings, options.onFault);
  setTracing(tracing);
  return async () => {
    setTracing(undefined);
    await close();
  };
}
