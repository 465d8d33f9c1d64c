import { type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger };

/**
 * A logger that writes one JSON object a line to standard output.
 *
 * @param options.name the process or part that speaks, e.g. `gateway`
 * @param options.level the least severe level that is written
 */
export function createLogger(options: { name: string; level: string }): Logger {
  return pino({
    name: options.name,
    level: options.level,
    timestamp: stdTimeFunctions.isoTime,
    redact: ['authorization', 'password', 'token', '*.authorization', '*.password', '*.token'],
  });
}
