/** What each caller gets of a field; without an administrator where it would change the system. */
export interface Row {
  coordinate: string;
  /** Of a stranger, Ada, Ben and an administrator. */
  outcomes: readonly string[];
}

/** A line of the table, in columns. */
export function line({ coordinate, outcomes }: Row): string {
  const columns = [coordinate.padEnd(58), ...outcomes.map((outcome) => outcome.padEnd(25))];
  return columns.join(' ').trimEnd();
}
