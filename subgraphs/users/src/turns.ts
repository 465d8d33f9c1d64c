/**
 * Makes calls share runs: whoever calls while a run is under way waits for the next one, together with all others
 * who do. A run that has begun before the call may have missed what the caller is after, so it is never joined.
 *
 * @param run what to do once for many. Its failure reaches those who share it and those who wait for the next one: to
 *   try at once again would only let them wait longer for the same. Whoever calls after it starts afresh.
 */
export function inSharedTurns(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let upcoming: Promise<void> | undefined;

  async function takeTurn(): Promise<void> {
    try {
      await running;
    } finally {
      upcoming = undefined;
    }
    running = run().finally(() => {
      running = undefined;
    });
    await running;
  }

  return () => {
    upcoming ??= takeTurn();
    return upcoming;
  };
}
