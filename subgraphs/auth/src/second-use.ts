interface Use<Result> {
  first: Promise<Result>;
  second?: Promise<Result>;
}

/**
 * Runs what must happen once for each key, and is refused from the second time on, such as the use of a refresh token. However
 * many come with one key at the same moment, it is done for the first of them and, after that, for one more, whose refusal
 * holds for all others: a thousand uses of one stolen token then cost the database two, and nobody else waits for them.
 *
 * @param isRefusal whether a result holds for others with the same key, too; one that is none is nobody else's
 */
export function createSecondUse<Result>(isRefusal: (result: Result) => boolean) {
  const uses = new Map<string, Use<Result>>();

  return async (key: string, work: () => Promise<Result>): Promise<Result> => {
    const running = uses.get(key);
    if (!running) {
      const use: Use<Result> = { first: work() };
      uses.set(key, use);
      try {
        return await use.first;
      } finally {
        if (!use.second) uses.delete(key);
      }
    }
    if (running.second) {
      const shared = await running.second;
      // The first has failed, and the second was the one to whom it was given.
      return isRefusal(shared) ? shared : work();
    }
    running.second = running.first.then(work, work);
    try {
      return await running.second;
    } finally {
      uses.delete(key);
    }
  };
}
