import { setTimeout as delay } from 'node:timers/promises';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { createContextManager } from './context-manager.ts';
import { type TelemetrySettings, tracesEndpoint } from './environment.ts';
import { createSampler } from './sampler.ts';
import { serviceResource } from './service-resource.ts';
import { activeSpan, contextOf, contextUnder, contextWithin, TracedSpan } from './traced-span.ts';
import type { SpanOptions, Tracing } from './tracing.ts';

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};
/** So that the text of one statement does not fill a batch. */
const longestValue = 4_096;
const longestFlushMs = 3_000;

/** What `startTracing` switches on. */
export interface OpenTelemetry {
  tracing: Tracing;
  /** Sends what is left, for some seconds at most. */
  close(): Promise<void>;
}

/**
 * Tracing by OpenTelemetry's SDK, which is registered for the whole process, so that what others have written for its API
 * joins in. Each part of Kronos in the process is a service of its own; all share one queue and one exporter.
 */
export function openTelemetry(settings: TelemetrySettings, onFault: (reason: Error) => void): OpenTelemetry {
  const processor = new BatchSpanProcessor({
    exporter: tellingFaults(new OTLPTraceExporter({ url: tracesEndpoint(settings) }), onFault),
    scheduledDelayMillis: settings.OTEL_BSP_SCHEDULE_DELAY,
  });
  const sampler = createSampler(settings);
  const providers = new Map<string, TracerProvider>();

  function providerOf(service: string): TracerProvider {
    let provider = providers.get(service);
    if (!provider) {
      provider = new TracerProvider({
        resource: serviceResource(service),
        sampler,
        spanProcessors: [processor],
        spanLimits: { attributeValueLengthLimit: longestValue },
      });
      providers.set(service, provider);
    }
    return provider;
  }

  context.setGlobalContextManager(createContextManager());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(providerOf('process'));

  function start(name: string, options: SpanOptions = {}): TracedSpan {
    const { parent = activeSpan(), service, kind, links = [], attributes, startedAt } = options;
    const local = parent instanceof TracedSpan ? parent : undefined;
    // Nothing of a trace that is not kept is kept, which the span that is there says already.
    if (local?.isRecording === false) return local;
    const tracer =
      service === undefined && local ? local.tracer : providerOf(service ?? 'process').getTracer('kronos');
    const linked = links.map(contextOf).flatMap((other) => (other ? [{ context: other }] : []));
    const span = tracer.startSpan(
      name,
      { kind: kind && kinds[kind], attributes, startTime: startedAt, links: linked },
      contextUnder(parent),
    );
    return new TracedSpan(span, tracer);
  }

  const run: Tracing['run'] = (span, call) => context.with(contextWithin(span as TracedSpan), call);

  return {
    tracing: {
      active: activeSpan,
      start,
      run,
      within(name, options, call) {
        const span = start(name, options);
        return run(span, () => endingWith(span, call));
      },
    },
    async close() {
      const timeIsUp = delay(longestFlushMs, undefined, { ref: false });
      // What could not be sent was told of already.
      await Promise.race([processor.shutdown().catch(() => undefined), timeIsUp]);
      trace.disable();
      propagation.disable();
      context.disable();
    },
  };
}

function tellingFaults(exporter: SpanExporter, onFault: (reason: Error) => void): SpanExporter {
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error) onFault(result.error);
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

/** Ends a span with a call, or with the promise that the call gives. */
function endingWith<Result>(span: TracedSpan, call: (span: TracedSpan) => Result): Result {
  const failed = (error: unknown): never => {
    span.fail(error instanceof Error ? error.name : 'Error');
    span.end();
    throw error;
  };
  let result: Result;
  try {
    result = call(span);
  } catch (error) {
    return failed(error);
  }
  if (!isThenable(result)) {
    span.end();
    return result;
  }
  return result.then((value) => {
    span.end();
    return value;
  }, failed) as Result;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null)?.then === 'function';
}
