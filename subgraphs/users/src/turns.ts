/**
 * Makes calls share runs: whoever calls while a run is under way waits for the next one, together with all others
 * who do. A run that has begun before the call may have missed what the caller is after, so it is never joined.
 *
 * @param run what to do once for many; its failure reaches those who share it, and nobody else
 */
export function inSharedTurns(run: () => Promise<void>): () => Promise<void> {
  let previous: Promise<unknown> = Promise.resolve();
  let upcoming: Promise<void> | undefined;
  return () => {
    if (upcoming) return upcoming;
    const turn = previous.then(() => {
      upcoming = undefined;
      return run();
    });
    upcoming = turn;
    previous = turn.catch(() => undefined);
    return turn;
  };
}
