import { expect, test } from 'vitest';
import { createProgressLine } from './progress-line.ts';
import { readableBytes } from './readable-bytes.ts';

const progress = { domain: 'users', table: 'user', done: 3, total: 4, bytes: 1_500_000 };

test('a terminal has a bar that moves', () => {
  let text = '';
  const line = createProgressLine('Backup', { isTTY: true, write: (part: string) => (text += part) });
  line.onProgress(progress);
  line.onProgress({ ...progress, done: 4 });
  line.end();
  expect(text).toBe(
    `\r\u001B[2K[${'█'.repeat(18)}${'░'.repeat(6)}] Backup: 3 of 4 tables, 1.5 MB, users.user` +
      `\r\u001B[2K[${'█'.repeat(24)}] Backup: 4 of 4 tables, 1.5 MB, users.user\n`,
  );
});

test('a file has no line of work that is soon done', () => {
  let text = '';
  const line = createProgressLine('Backup', { write: (part: string) => (text += part) });
  line.onProgress(progress);
  line.end();
  expect(text).toBe('');
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [2_345_000_000, '2.3 GB'],
])('%i bytes are %s', (bytes, text) => expect(readableBytes(bytes)).toBe(text));
