/**
 * Transforms what `source` gives with at most `concurrency` transformations at once, and yields the results in the order
 * of the source. A failure of the source comes after everything that it gave before.
 *
 * @param transform must not reject
 */
export async function* mapInOrder<Input, Output>(
  source: AsyncIterator<Input>,
  concurrency: number,
  transform: (input: Input) => Promise<Output> | Output,
): AsyncGenerator<Output, void> {
  const running: Promise<Output>[] = [];
  let pull: Promise<void> | undefined;
  let isDone = false;
  let failure: unknown;

  async function take(): Promise<void> {
    try {
      const step = await source.next();
      if (step.done) isDone = true;
      else running.push(Promise.resolve(transform(step.value)));
    } catch (error) {
      isDone = true;
      failure = error;
    }
    pull = undefined;
  }

  try {
    while (!isDone || running.length > 0) {
      if (!isDone && running.length < concurrency) pull ??= take();
      const [oldest] = running;
      if (!oldest) {
        await pull;
        continue;
      }
      const isOldestReady = await Promise.race([
        oldest.then(() => true),
        ...(pull ? [pull.then(() => false)] : []),
      ]);
      if (!isOldestReady) continue;
      running.shift();
      yield await oldest;
    }
    if (failure !== undefined) throw failure;
  } finally {
    // Not awaited: a source that waits for its next value answers only after that.
    source.return?.()?.catch(() => undefined);
  }
}
