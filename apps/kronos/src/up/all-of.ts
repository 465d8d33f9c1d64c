/**
 * Waits for work that goes on side by side until all of it has ended, and only then fails with the first failure: nothing
 * goes on behind the back of whoever clears up.
 */
export async function allOf<const Work extends readonly Promise<unknown>[]>(
  ...work: Work
): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  await Promise.allSettled(work);
  return Promise.all(work) as Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }>;
}
