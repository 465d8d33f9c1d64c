export { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';
export type { ReceivedSpan } from './received-span.ts';
export { type TracedProcess, traceForTest } from './trace-for-test.ts';
