import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTerminal } from './terminal.ts';

// Time itself is what is tested here.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const lasting = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

test('a step is announced after a second, again every ten, and ends with its time', async () => {
  const said: string[] = [];
  const terminal = createTerminal((text) => said.push(text));
  const step = terminal.step('Migrations', async (note) => {
    await lasting(12_000);
    note('4 applied');
  });
  await vi.advanceTimersByTimeAsync(12_000);
  await step;
  expect(said).toEqual([
    '  … Migrations\n',
    '  … Migrations (11 s so far)\n',
    '  ✓ Migrations: 4 applied (12.0 s)\n',
  ]);
});

test('a short step is one line, and a failed one says nothing of itself', async () => {
  const said: string[] = [];
  const terminal = createTerminal((text) => said.push(text));
  expect(await terminal.step('Seeds', async () => 'result')).toBe('result');
  await expect(
    terminal.step('Gateway', async () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(said).toEqual(['  ✓ Seeds\n']);
});
