import { type Logger, pino } from 'pino';

/** A line of the log. Level 30 is info, 40 warn, 50 error. */
export interface LogRecord {
  level: number;
  msg: string;
}

/** A logger whose lines a test can read. */
export function recordingLogger(): { logger: Logger; records: LogRecord[] } {
  const records: LogRecord[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void records.push(JSON.parse(line)) });
  return { logger, records };
}
