import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger };

/**
 * A logger that writes one JSON object a line.
 *
 * @param options.name the process or part that speaks, e.g. `gateway`
 * @param options.level the least severe level that is written
 * @param options.destination where lines go; to standard output when omitted
 */
export function createLogger(options: {
  name: string;
  level: string;
  destination?: DestinationStream;
}): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    timestamp: stdTimeFunctions.isoTime,
    redact: ['authorization', 'password', 'token', '*.authorization', '*.password', '*.token'],
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}
