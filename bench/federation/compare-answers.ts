import { isDeepStrictEqual } from 'node:util';
import { seededRandom, type Workload } from './workloads.ts';

export interface Endpoint {
  name: string;
  url: string;
  headers: Record<string, string>;
  /** The form in which a request's body is sent; as it is when omitted. */
  toSent?(body: string): string;
}

const samples = 20;

/**
 * Sends the same requests to two gateways.
 *
 * @throws Error when an answer has errors, or differs from the reference's in anything but the order of keys
 */
export async function assertSameAnswers(
  reference: Endpoint,
  other: Endpoint,
  workload: Workload,
): Promise<void> {
  const random = seededRandom(7);
  for (let i = 0; i < samples; i++) {
    const body = workload.body(random);
    const expected = parseAnswer(reference, await post(reference, body));
    assertEqual(expected, parseAnswer(other, await post(other, body)), other, workload);
  }
}

/**
 * Compares answers that were kept under load with the reference's, which is asked now.
 *
 * @throws Error as assertSameAnswers does
 */
export async function assertKeptAnswers(
  reference: Endpoint,
  other: Endpoint,
  workload: Workload,
  kept: readonly { body: string; answer: string }[],
): Promise<void> {
  for (const { body, answer } of kept) {
    const expected = parseAnswer(reference, await post(reference, body));
    assertEqual(expected, parseAnswer(other, answer), other, workload);
  }
}

/** The text that a gateway answers with. */
export async function post({ url, headers, toSent }: Endpoint, body: string): Promise<string> {
  return (await fetch(url, { method: 'POST', headers, body: toSent?.(body) ?? body })).text();
}

function parseAnswer({ name }: Endpoint, text: string): unknown {
  const answer = JSON.parse(text);
  if (!answer.data || answer.errors) throw new Error(`${name} answers with errors: ${text.slice(0, 500)}`);
  return answer.data;
}

function assertEqual(expected: unknown, found: unknown, { name }: Endpoint, workload: Workload): void {
  if (isDeepStrictEqual(expected, found)) return;
  throw new Error(`workload ${workload.name}: ${name} answers otherwise than the reference`);
}
