/** A schedule as cron writes it: minute, hour, day of the month, month, day of the week, in UTC. */
export interface Schedule {
  /** Whether the minute that this moment is in belongs to it. */
  matches(moment: Date): boolean;
}

const ranges = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/**
 * Reads `30 2 * * 1-5`, or `02:30` for every day at that time; lists, ranges and steps as cron has them.
 *
 * @returns null when it is no schedule
 */
export function tryParseSchedule(text: string): Schedule | null {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? [];
  const fields = hour ? [minute!, hour, '*', '*', '*'] : text.trim().split(/\s+/);
  if (fields.length !== ranges.length) return null;
  const sets = fields.map((field, index) => numbersOf(field, ranges[index]!));
  if (sets.some((set) => set === null)) return null;
  const [minutes, hours, days, months, weekdays] = sets as Set<number>[];
  // As in cron: of the two kinds of day one is enough, where both are given.
  const isEither = fields[2] !== '*' && fields[4] !== '*';
  return {
    matches(moment) {
      const weekday = moment.getUTCDay();
      const isDay = days!.has(moment.getUTCDate());
      const isWeekday = weekdays!.has(weekday) || (weekday === 0 && weekdays!.has(7));
      return (
        minutes!.has(moment.getUTCMinutes()) &&
        hours!.has(moment.getUTCHours()) &&
        months!.has(moment.getUTCMonth() + 1) &&
        (isEither ? isDay || isWeekday : isDay && isWeekday)
      );
    },
  };
}

function numbersOf(field: string, [least, most]: readonly [number, number]): Set<number> | null {
  const numbers = new Set<number>();
  for (const part of field.split(',')) {
    const [, range, first, last, step = '1'] =
      /^(\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    if (!range) return null;
    const from = first === undefined ? least : Number(first);
    const isOpen = range === '*' || (last === undefined && part.includes('/'));
    const to = isOpen ? most : Number(last ?? first);
    if (from < least || to > most || from > to || Number(step) === 0) return null;
    for (let number = from; number <= to; number += Number(step)) numbers.add(number);
  }
  return numbers;
}
