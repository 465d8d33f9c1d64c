import { multipart } from './multipart.ts';
import type { StreamProtocol } from './protocol.ts';
import { sse } from './sse.ts';

/** The streaming protocol that an `accept` header asks for; undefined when it asks for none. */
export function negotiate(accept: string | undefined): StreamProtocol | undefined {
  if (!accept) return undefined;
  if (/\btext\/event-stream\b/i.test(accept)) return sse;
  if (/\bmultipart\/mixed\b[^,]*;\s*subscriptionSpec="?1\.0/i.test(accept)) return multipart;
  return undefined;
}
