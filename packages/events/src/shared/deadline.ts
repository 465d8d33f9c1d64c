/**
 * Waits for a promise, but not for ever. The promise itself goes on; its late failure is ignored.
 *
 * @returns what it resolves to, or `undefined` when the time was not enough
 */
export async function withinTime<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, Math.max(timeoutMs, 0), undefined);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => {});
  }
}
