import { Agent, request } from 'undici';
import { openRaw } from '../kit/raw.ts';
import { faultOf } from '../kit/sound.ts';
import type { FuzzAttempt } from './attempts.ts';

const agent = new Agent({ connections: 40, pipelining: 1, headersTimeout: 15_000, bodyTimeout: 15_000 });
/** How long a stream is listened to: long enough for what it says at once. */
const streamMs = 50;
/** How long bytes that are no whole request are given before the connection is closed. */
const rawMs = 2_000;

/** Sends an attempt to a gateway and says what is wrong with what came back; undefined when nothing is. */
export async function perform(attempt: FuzzAttempt, origin: string): Promise<string | undefined> {
  if ('bytes' in attempt) return performRaw(attempt.bytes, origin);
  const { method, path, headers, body } = attempt;
  let response: Awaited<ReturnType<typeof request>>;
  try {
    response = await request(origin + path, { dispatcher: agent, method: method as 'POST', headers, body });
  } catch (error) {
    return `there is no answer: ${error}`;
  }
  const status = response.statusCode;
  const type = String(response.headers['content-type'] ?? '');
  if (/event-stream|multipart/.test(type)) {
    const text = await listen(response.body);
    return faultOf({ status, text, body: undefined });
  }
  const text = await response.body.text();
  if (!text || !/json/.test(type)) return faultOf({ status, text, body: undefined });
  try {
    return faultOf({ status, text, body: JSON.parse(text) });
  } catch {
    return `it says that it is JSON and is not`;
  }
}

async function listen(body: Awaited<ReturnType<typeof request>>['body']): Promise<string> {
  let text = '';
  const timer = setTimeout(() => body.destroy(), streamMs);
  try {
    for await (const chunk of body) text += chunk;
  } catch {
    // Destroyed, by us.
  }
  clearTimeout(timer);
  return text;
}

async function performRaw(bytes: Uint8Array, origin: string): Promise<string | undefined> {
  using connection = openRaw(origin);
  connection.socket.end(bytes);
  const text = await connection.untilClosed(rawMs).catch(() => connection.text);
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 200);
  return faultOf({ status, text, body: undefined });
}
