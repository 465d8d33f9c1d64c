import { bytesOf, type Fields, numberOf, readFields, textOf } from './protobuf.ts';

/** A span as a receiver of traces gets it. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  /** Null for the first span of a trace. */
  parentId: string | null;
  name: string;
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** `service.name`. */
  service: string;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  /** The text of the status of a span that has failed. */
  failure: string | undefined;
  /** In milliseconds since the epoch. */
  startedAt: number;
  endedAt: number;
}

const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const failed = 2n;

/**
 * Reads what an exporter posts to `/v1/traces`.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export function readExportRequest(body: Buffer): ReceivedSpan[] {
  return bytesOf(readFields(body), 1).flatMap((bytes) => {
    const resourceSpans = readFields(bytes);
    const resource = readFields(bytesOf(resourceSpans, 1)[0] ?? Buffer.alloc(0));
    const service = String(attributesOf(resource, 1)['service.name']);
    return bytesOf(resourceSpans, 2).flatMap((scopeSpans) =>
      bytesOf(readFields(scopeSpans), 2).map((span) => readSpan(readFields(span), service)),
    );
  });
}

function readSpan(span: Fields, service: string): ReceivedSpan {
  const status = readFields(bytesOf(span, 15)[0] ?? Buffer.alloc(0));
  return {
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    parentId: hex(span, 4) || null,
    name: textOf(span, 5),
    kind: kinds[Number(numberOf(span, 6))]!,
    service,
    attributes: attributesOf(span, 9),
    links: bytesOf(span, 13)
      .map(readFields)
      .map((link) => ({ traceId: hex(link, 1), spanId: hex(link, 2) })),
    failure: numberOf(status, 3) === failed ? textOf(status, 2) : undefined,
    startedAt: Number(numberOf(span, 7) / 1_000n) / 1_000,
    endedAt: Number(numberOf(span, 8) / 1_000n) / 1_000,
  };
}

function hex(fields: Fields, number: number): string {
  return bytesOf(fields, number)[0]?.toString('hex') ?? '';
}

function attributesOf(fields: Fields, number: number): Record<string, unknown> {
  const pairs = bytesOf(fields, number).map(readFields);
  return Object.fromEntries(pairs.map((pair) => [textOf(pair, 1), anyValue(bytesOf(pair, 2)[0]!)]));
}

function anyValue(bytes: Buffer): unknown {
  const value = readFields(bytes);
  if (value.has(1)) return textOf(value, 1);
  if (value.has(2)) return numberOf(value, 2) === 1n;
  if (value.has(3)) return Number(BigInt.asIntN(64, numberOf(value, 3)));
  if (value.has(4)) return doubleOf(numberOf(value, 4));
  if (value.has(5)) return bytesOf(readFields(bytesOf(value, 5)[0]!), 1).map(anyValue);
  return undefined;
}

function doubleOf(bits: bigint): number {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(bits);
  return bytes.readDoubleLE();
}
