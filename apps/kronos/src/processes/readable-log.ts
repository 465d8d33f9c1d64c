const levels: Record<number, string> = { 40: 'warning', 50: 'error', 60: 'fatal' };

/**
 * A line of a pino log for people.
 *
 * @returns what to show, or null for a line below the level of warnings and for one that is not pino's
 */
export function readableWarning(line: string): string | null {
  if (!line.startsWith('{')) return null;
  try {
    const { level, msg, err } = JSON.parse(line) as {
      level?: number;
      msg?: string;
      err?: { message?: string };
    };
    const name = levels[level ?? 0];
    if (!name) return null;
    const reason = err?.message && err.message !== msg ? ` (${err.message.split('\n')[0]})` : '';
    return `${name}: ${msg ?? ''}${reason}`;
  } catch {
    return null;
  }
}

/** Lets each text through once in a while, so that a part that retries does not fill the terminal. */
export function createRepeatFilter(quietMs = 30_000): (text: string) => boolean {
  const shownAt = new Map<string, number>();
  return (text) => {
    const now = performance.now();
    const last = shownAt.get(text);
    if (last !== undefined && now - last < quietMs) return false;
    if (shownAt.size > 200) shownAt.clear();
    shownAt.set(text, now);
    return true;
  };
}
