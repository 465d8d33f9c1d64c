import { codedError } from '@kronos/engine';
import type { FastifyInstance } from 'fastify';
import { withPersistedQuery } from '../stored/document-id.ts';
import type { OperationRequest } from './operation-request.ts';

/** A body as the client wrote it: who is answered with the answer to an identical request never needs it parsed. */
export class JsonBody {
  readonly text: string;
  readonly #parse: (text: string) => unknown;
  #value: unknown;
  #isParsed = false;

  constructor(text: string, parse: (text: string) => unknown) {
    this.text = text;
    this.#parse = parse;
  }

  /** @throws a coded error BAD_REQUEST when the text is no JSON */
  get value(): unknown {
    if (!this.#isParsed) this.#value = this.#parse(this.text);
    this.#isParsed = true;
    return this.#value;
  }
}

/** Without any of these there is nothing for Fastify's parser to refuse, and plain parsing is several times cheaper. */
const suspicious = ['__proto__', 'constructor', '\\u', '\ufeff'];

/** Makes JSON bodies of an app's routes a JsonBody; what is wrong with them is found when they are parsed. */
export function readJsonBodies(app: FastifyInstance): void {
  const parseWith = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    const parse = (whole: string) => {
      if (!suspicious.some((part) => whole.includes(part))) return parsePlainly(whole);
      let outcome: { error: Error | null; value?: unknown } = { error: null };
      // Fastify's parser knows no other way to answer, and answers before it returns.
      parseWith(request, whole, (error, value) => {
        outcome = { error, value };
      });
      if (outcome.error) throw unreadable(outcome.error);
      return outcome.value;
    };
    done(null, new JsonBody(text as string, (whole) => withPersistedQuery(parse(whole))));
  });
}

/**
 * What a request's body says, whatever it is.
 *
 * @throws a coded error BAD_REQUEST when it should be JSON and is not
 */
export function bodyOf({ body }: Pick<OperationRequest, 'body'>): unknown {
  return body instanceof JsonBody ? body.value : body;
}

function parsePlainly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(error as Error);
  }
}

function unreadable(originalError: Error) {
  const error = codedError('The body is not JSON that can be read.', { code: 'BAD_REQUEST', originalError });
  error.extensions.http = { status: 400 };
  return error;
}
