import { StartError } from '@kronos/service/run-service';
import { expect, test } from 'vitest';
import { sentenceFor } from './failure.ts';

const systemError = (code: string, path = '/data/x') =>
  Object.assign(new Error(code), { code, path, syscall: 'open' });

test.each([
  [
    systemError('ENOSPC'),
    'There is no space left: the disk of /data/x is full. Free some space and start again.',
  ],
  [
    new StartError('PostgreSQL could not create its data folder: could not write: No space left on device'),
    /^There is no space left: a disk is full \(.*\)\. Free some space and start again\.$/,
  ],
  [
    systemError('EACCES'),
    'This user may not open /data/x: choose another KRONOS_HOME or mend its owner and mode.',
  ],
  [systemError('EROFS'), '/data/x is on a read-only file system: choose another KRONOS_HOME.'],
  [new StartError('Plainly said.'), 'Plainly said.'],
])('%s is one sentence', (error, sentence) => {
  expect(sentenceFor(error)).toMatch(sentence);
});

test('a fault of ours is no sentence', () => {
  expect(sentenceFor(new TypeError('x is not a function'))).toBeNull();
  expect(sentenceFor('thrown')).toBeNull();
});
