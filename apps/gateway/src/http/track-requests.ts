import type { FastifyInstance } from 'fastify';

/** The requests that have come and have not been answered. */
export interface RunningRequests {
  /** Resolves when all have been answered, or when the time is over. */
  settled(timeoutMs: number): Promise<void>;
}

export function trackRequests(app: FastifyInstance): RunningRequests {
  let running = 0;
  let notify: (() => void) | undefined;
  const end = () => {
    running--;
    if (running === 0) notify?.();
  };
  app.addHook('onRequest', (_request, reply, next) => {
    running++;
    // Also comes for streams, and for clients that left before their answer.
    reply.raw.once('close', end);
    next();
  });
  return {
    async settled(timeoutMs) {
      if (running === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        notify = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
