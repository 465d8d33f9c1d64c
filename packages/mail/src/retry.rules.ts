const minute = 60_000;
const hour = 60 * minute;

// Most outages of a mail server are short; a mailbox that is full may take a day.
const delays = [10_000, 30_000, 2 * minute, 10 * minute, hour, 6 * hour, 24 * hour];

/**
 * After how many milliseconds a letter is tried again.
 *
 * @param attempts how often it has failed
 * @returns null when it is given up
 */
export function retryDelayMs(attempts: number): number | null {
  return delays[attempts - 1] ?? null;
}

/** Has the server said that it will never take the letter (5yz of RFC 5321, 4.2.1)? */
export function isFinal(error: unknown): boolean {
  const { responseCode } = error as { responseCode?: number };
  return responseCode !== undefined && responseCode >= 500 && responseCode < 600;
}
