import type { FastifyInstance, FastifyRequest } from 'fastify';

const texts = new WeakMap<FastifyRequest, string>();

/** Keeps the text of JSON bodies beside what is parsed from it. */
export function keepRawBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    texts.set(request, text as string);
    parse(request, text as string, done);
  });
}

/** The body as the client wrote it; undefined when it sent none. */
export function rawBody(request: FastifyRequest): string | undefined {
  return texts.get(request);
}
