/**
 * Waits for a promise, but not for ever. When the process itself was busy, what has arrived meanwhile is read before the
 * time counts as over.
 *
 * @throws Error when the time was not enough; the promise's own failure is then ignored
 */
export async function withinTime<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    setImmediate(() => late.reject(new Error(`There was no answer within ${timeoutMs} ms.`)));
  }, timeoutMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => undefined);
  }
}
