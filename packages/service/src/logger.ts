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
    serializers: { err: withoutArguments },
    redact: ['authorization', 'password', 'token', '*.authorization', '*.password', '*.token'],
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}

/**
 * An error as it is written. Prisma's complaint about a call that cannot be shows the call with all its values, which may
 * be somebody's: its last paragraph says what is wrong without them.
 */
function withoutArguments(error: Error): object {
  if (error?.name !== 'PrismaClientValidationError') return pino.stdSerializers.err(error);
  const message = error.message.split('\n').findLast((line) => line.trim() !== '') ?? '';
  const calls = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return { type: error.name, message, stack: [message, ...calls].join('\n') };
}
