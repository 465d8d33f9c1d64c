import { z } from 'zod';
import { telemetryEnvironment } from '../environment.ts';
import { startTracing } from '../start-tracing.ts';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';

/** This process, traced. What is made from here on is. */
export interface TracedProcess extends OtlpReceiver {
  /** Ends tracing and sends everything, so that `spans` is complete. */
  stop(): Promise<void>;
}

/**
 * Traces this process into a receiver of its own.
 *
 * @param variables beside the endpoint, e.g. the sampler
 */
export async function traceForTest(variables: Record<string, string> = {}): Promise<TracedProcess> {
  const receiver = await startOtlpReceiver();
  const settings = z.object(telemetryEnvironment).parse({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '20',
    ...variables,
  });
  const stop = await startTracing(settings, {
    onFault(reason) {
      throw reason;
    },
  });
  return {
    ...receiver,
    get requests() {
      return receiver.requests;
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await receiver[Symbol.asyncDispose]();
    },
  };
}
