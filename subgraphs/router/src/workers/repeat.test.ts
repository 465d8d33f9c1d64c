import { createLogger } from '@kronos/service';
import { expect, test, vi } from 'vitest';
import { repeat } from './repeat.ts';

test('a work is done again and again until it is ended; a failure is said once', async () => {
  const logger = createLogger({ name: 'test', level: 'silent' });
  const warn = vi.spyOn(logger, 'warn');
  let times = 0;
  const end = repeat({
    failure: 'nothing works',
    intervalMs: 1,
    logger,
    async work() {
      times += 1;
      if (times > 1 && times < 5) throw new Error('not now');
    },
  });
  await vi.waitFor(() => expect(times).toBeGreaterThan(6), 5_000);
  await end();
  const ended = times;

  expect(warn.mock.calls).toEqual([[{ err: expect.any(Error) }, 'nothing works']]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(times).toBe(ended);
});
