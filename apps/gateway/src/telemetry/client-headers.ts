import { readClientHeaders } from '@kronos/service';
import type { FastifyInstance } from 'fastify';
import { Counter, type Registry } from 'prom-client';

/** A client may call itself anything: names beyond this many are counted together. */
const countedNames = 50;

/**
 * Counts requests by the name that clients give themselves, and echoes the version that they say they are, so that what they
 * read in a log or a cache says for which it was.
 */
export function followClients(app: FastifyInstance, metrics: Registry): void {
  const requests = new Counter({
    name: 'kronos_gateway_client_requests_total',
    help: 'Requests of clients that name themselves; those beyond the first 50 names are “other”.',
    labelNames: ['client'],
    registers: [metrics],
  });
  const counters = new Map<string, { inc(): void }>();

  function counterOf(name: string): { inc(): void } {
    const known = counters.get(name);
    if (known) return known;
    if (counters.size >= countedNames) return requests.labels('other');
    const counter = requests.labels(name);
    counters.set(name, counter);
    return counter;
  }

  app.addHook('onRequest', (request, reply, next) => {
    const { name, version } = readClientHeaders(request.headers);
    if (version) reply.header('x-client-version', version);
    if (name) counterOf(name).inc();
    next();
  });
}
