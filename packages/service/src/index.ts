export { type AppOptions, createApp } from './app.ts';
export { BoundedMap } from './bounded-map.ts';
export { type ClientHeaders, readClientHeaders } from './client-headers.ts';
export { areOnOneServer, directUrl, leadsThroughPgBouncer } from './direct-url.ts';
export {
  commaList,
  commonEnvironment,
  EnvironmentError,
  httpUrl,
  parseEnvironment,
  port,
  postgresUrl,
  publicUrl,
  redisUrl,
  repositoryRoot,
} from './environment.ts';
export { type FollowTextOptions, followText } from './follow-text.ts';
export { hostName, isLoopbackHost } from './hosts.ts';
export { isFromThisMachine } from './is-from-this-machine.ts';
export { createLogger, type Logger } from './logger.ts';
export { isOpaqueToken, newOpaqueToken } from './opaque-token.ts';
export { readOn } from './read-on.ts';
export { type FoundText, isUrl, readText, type TextSource } from './read-text.ts';
export { type RunningService, runService, StartError } from './run-service.ts';
export { scramVerifier } from './scram-verifier.ts';
export { answerHeaders } from './security-headers.ts';
export { type SseMessage, sseComment, sseMessage } from './sse.ts';
export {
  endRequestSpan,
  readTraceHeaders,
  requestSpan,
  type TraceRequestsOptions,
} from './trace-requests.ts';
