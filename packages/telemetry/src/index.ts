export { isTraced, type TelemetrySettings, telemetryEnvironment } from './environment.ts';
export { type StartTracingOptions, type StopTracing, startTracing } from './start-tracing.ts';
export {
  type Attributes,
  type Span,
  type SpanOptions,
  type TraceHeaders,
  type Tracing,
  tracing,
} from './tracing.ts';
