import { once } from 'node:events';
import { Pool } from 'undici';

// Sends one operation over 20 connections for some seconds, and tells how often it was answered.
const [url = '', query = '', seconds = '1'] = process.argv.slice(2);
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections: 20 });
const body = JSON.stringify({ query });

async function ask(): Promise<void> {
  const answer = await pool.request({
    path: pathname,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200 || !text.startsWith('{"data":{')) throw new Error(text.slice(0, 200));
}

await ask();
process.send!('ready');
await once(process, 'message');
const end = performance.now() + Number(seconds) * 1_000;
let requests = 0;
async function loop(): Promise<void> {
  while (performance.now() < end) {
    await ask();
    requests += 1;
  }
}
await Promise.all(Array.from({ length: 20 }, loop));
process.send!(requests);
await pool.close();
process.disconnect();
