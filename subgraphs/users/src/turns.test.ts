import { expect, test } from 'vitest';
import { inSharedTurns } from './turns.ts';

/** A run that ends when told to. */
function controlledRun() {
  const runs: PromiseWithResolvers<void>[] = [];
  const run = () => {
    const next = Promise.withResolvers<void>();
    runs.push(next);
    return next.promise;
  };
  return { runs, run };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('calls of one moment share a run', async () => {
  const { runs, run } = controlledRun();
  const call = inSharedTurns(run);

  const calls = Promise.all([call(), call(), call()]);
  await settled();
  expect(runs).toHaveLength(1);
  runs[0]?.resolve();
  await calls;
});

test('a call during a run waits for one that begins after it', async () => {
  const { runs, run } = controlledRun();
  const call = inSharedTurns(run);
  const first = call();
  await settled();

  let isSecondDone = false;
  const second = Promise.all([call(), call()]).then(() => {
    isSecondDone = true;
  });
  runs[0]?.resolve();
  await first;
  await settled();
  expect(isSecondDone).toBe(false);
  expect(runs).toHaveLength(2);

  runs[1]?.resolve();
  await second;
});

test('a failure reaches those who share the run and those who wait, and the next call starts afresh', async () => {
  const { runs, run } = controlledRun();
  const call = inSharedTurns(run);

  const sharing = Promise.allSettled([call(), call()]);
  await settled();
  const waiting = Promise.allSettled([call()]);
  runs[0]?.reject(new Error('away'));
  const outcomes = [...(await sharing), ...(await waiting)];
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(runs).toHaveLength(1);

  const next = call();
  await settled();
  runs[1]?.resolve();
  await expect(next).resolves.toBeUndefined();
});
