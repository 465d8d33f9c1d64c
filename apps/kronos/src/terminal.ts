/** Where a command tells people how far it is. */
export interface Terminal {
  /** One line of its own. */
  say(line: string): void;
  /** One line that warns. */
  warn(line: string): void;
  /**
   * Does a step of work. It is announced once it has lasted a second, again every ten seconds, and its end is a line with
   * the time it took.
   *
   * @param work given `note`, which says what the step has made, for its last line
   */
  step<Result>(title: string, work: (note: (text: string) => void) => Promise<Result>): Promise<Result>;
}

/**
 * A terminal that writes whole lines, so that steps may run side by side.
 *
 * @param write where lines go; standard output when omitted
 */
export function createTerminal(
  write: (text: string) => void = (text) => process.stdout.write(text),
): Terminal {
  const say = (line: string) => write(`${line}\n`);
  return {
    say,
    warn: (line) => say(`  ! ${line}`),
    async step(title, work) {
      const begin = performance.now();
      const elapsed = () => (performance.now() - begin) / 1000;
      let note = '';
      const announce = () => {
        const seconds = Math.round(elapsed());
        say(`  … ${title}${seconds > 1 ? ` (${seconds} s so far)` : ''}`);
        timer = setTimeout(announce, 10_000);
      };
      let timer = setTimeout(announce, 1_000);
      try {
        const result = await work((text) => {
          note = text;
        });
        say(`  ✓ ${title}${note ? `: ${note}` : ''}${elapsed() >= 1 ? ` (${elapsed().toFixed(1)} s)` : ''}`);
        return result;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
