import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { followText } from './follow-text.ts';
import { readText } from './read-text.ts';

const title = 'The text';
const until = { timeout: 10_000, interval: 50 };

test('a file is read again when it has changed, and a fault of its reader is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kronos-text-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const location = join(folder, 'text');
  await writeFile(location, 'one');
  const seen: string[] = [];
  const faults: unknown[] = [];
  const following = followText({
    title,
    location,
    found: await readText({ title, location }),
    pollSeconds: 1,
    async update(text) {
      if (text === 'bad') throw new Error('not that one');
      seen.push(text);
    },
    onFault: (error) => faults.push(error),
  });
  onTestFinished(() => following.close());

  await writeFile(`${location}.new`, 'second');
  await rename(`${location}.new`, location);
  await vi.waitFor(() => expect(seen).toEqual(['second']), until);
  await writeFile(location, 'bad');
  await vi.waitFor(() => expect(faults).toMatchObject([{ message: 'not that one' }]), until);
  await writeFile(location, 'the third');
  await vi.waitFor(() => expect(seen).toEqual(['second', 'the third']), until);
});

test('a URL is asked again with its ETag', async () => {
  let text = 'one';
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers['if-none-match']);
    if (request.headers['if-none-match'] === `"${text}"`) return response.writeHead(304).end();
    return response.setHeader('etag', `"${text}"`).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const location = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const seen: string[] = [];
  const following = followText({
    title,
    location,
    found: await readText({ title, location }),
    pollSeconds: 0.05,
    update: async (next) => seen.push(next),
    onFault: () => undefined,
  });
  onTestFinished(() => following.close());

  await vi.waitFor(() => expect(asked.slice(0, 2)).toEqual([undefined, '"one"']), until);
  text = 'two';
  await vi.waitFor(() => expect(seen).toEqual(['two']), until);
});

test('what cannot be read is said in a sentence', async () => {
  await expect(readText({ title, location: '/nowhere/at-all' })).rejects.toThrow(
    'The text /nowhere/at-all cannot be read: ENOENT',
  );
  await expect(readText({ title, location: 'http://127.0.0.1:1/' })).rejects.toThrow(
    'The text http://127.0.0.1:1/ cannot be fetched: ',
  );
});
