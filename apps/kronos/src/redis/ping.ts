import { connect as connectPlain } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { StartError } from '@kronos/service/run-service';
import { deadline } from '../processes/deadline.ts';

/**
 * Asks a Redis whether it can serve. Spoken by hand (RESP, https://redis.io/docs/latest/develop/reference/protocol-spec/),
 * because a client library would cost the supervisor more memory than this question is worth.
 *
 * @returns its answer: `+PONG`, or an error such as `-LOADING …` or `-NOAUTH …`
 */
export async function pingRedis(redisUrl: string): Promise<string> {
  const url = new URL(redisUrl);
  const address = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 6379) };
  const password = decodeURIComponent(url.password);
  const user = decodeURIComponent(url.username);
  const socket = url.protocol === 'rediss:' ? connectSecurely(address) : connectPlain(address);
  try {
    return await new Promise<string>((resolve, reject) => {
      let answer = '';
      socket.setEncoding('utf8').setTimeout(5_000, () => reject(new Error('no answer in five seconds')));
      socket.on('error', reject).on('close', () => reject(new Error('the connection was closed')));
      socket.on('data', (text) => {
        answer += text;
        const [first, second] = answer.split('\r\n');
        if (!password || first?.startsWith('-')) resolve(first ?? '');
        else if (second) resolve(second);
      });
      if (password) socket.write(command('AUTH', ...(user && user !== 'default' ? [user] : []), password));
      socket.write(command('PING'));
    });
  } finally {
    socket.destroy();
  }
}

/**
 * Waits until a Redis can serve.
 *
 * @throws StartError when it refuses us or does not answer in time
 */
export async function waitForRedis(redisUrl: string, withinMs: number, signal?: AbortSignal): Promise<void> {
  let answer = 'no answer';
  const isUp = await deadline(
    withinMs,
    async () => {
      answer = await pingRedis(redisUrl).catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
      if (answer.startsWith('-') && !answer.startsWith('-LOADING')) throw refused(redisUrl, answer.slice(1));
      return answer === '+PONG';
    },
    signal,
  );
  if (!isUp) throw refused(redisUrl, answer);
}

function refused(redisUrl: string, answer: string): StartError {
  const { hostname, port } = new URL(redisUrl);
  return new StartError(`Redis at ${hostname}:${port || 6379} cannot be used (${answer}): check REDIS_URL.`);
}

function command(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
