import { randomUUID } from 'node:crypto';
import { createClient } from 'graphql-sse';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The GraphQL endpoint of the system that all stories share. */
    kronosUrl: string;
    kronosAdministrator: { email: string; password: string };
    /** Its KRONOS_HOME, and the process that supervises it. */
    kronosHome: string;
    kronosPid: number;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a test asserts on what came, whatever its shape
export type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  data: Json;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, Json> }[];
  extensions?: Record<string, Json>;
}

/** A caller of the graph: a stranger, or someone with an access token. */
export interface Client {
  readonly url: string;
  readonly token?: string;
  /** One operation over plain JSON. */
  query(document: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** One operation that must come back without errors; gives its data. */
  data(document: string, variables?: Record<string, unknown>): Promise<Json>;
  /** A subscription by the real graphql-sse client, once it stands; the iterator's `return()` ends it. */
  listen(document: string, variables?: Record<string, unknown>): Promise<AsyncIterableIterator<Json>>;
}

/**
 * A caller of the graph at `url`, the shared system's when omitted.
 *
 * @param more headers of each request, beside that for the token
 */
export function client(token?: string, url = inject('kronosUrl'), more: Record<string, string> = {}): Client {
  const headers = { ...more, ...(token && { authorization: `Bearer ${token}` }) };

  async function query(document: string, variables?: Record<string, unknown>): Promise<Answer> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: document, variables }),
    });
    const { data, errors, extensions } = (await response.json()) as Omit<Answer, 'status' | 'headers'>;
    return { status: response.status, headers: response.headers, data, errors, extensions };
  }

  return {
    url,
    token,
    query,
    async data(document, variables) {
      const answer = await query(document, variables);
      if (answer.errors) throw new Error(JSON.stringify(answer.errors, null, 2));
      return answer.data;
    },
    async listen(document, variables) {
      const stands = Promise.withResolvers<void>();
      const stream = createClient({
        url,
        headers,
        retryAttempts: 20,
        fetchFn: async (input: string, init: RequestInit) =>
          whenFirstIdComes(await fetch(input, init), stands.resolve),
      });
      const events = stream.iterate({ query: document, variables }) as AsyncIterableIterator<Json>;
      await stands.promise;
      return events;
    },
  };
}

/** The first id of a stream tells its position: from there on nothing is missed. */
function whenFirstIdComes(response: Response, notify: () => void): Response {
  const body = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        if (Buffer.from(chunk).includes('id: ')) notify();
        controller.enqueue(chunk);
      },
    }),
  );
  return new Response(body, response);
}

export interface Person extends Client {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  readonly refreshToken: string;
}

/** Someone new who has signed up. */
export async function signUp(displayName = 'Ada', url = inject('kronosUrl')): Promise<Person> {
  const email = `${displayName.toLowerCase()}-${randomUUID()}@example.com`;
  const password = 'correct horse battery staple';
  const { userSignUp } = await client(undefined, url).data(
    `mutation SignUp($input: UserSignUpInput!) {
      userSignUp(input: $input) { user { id } tokens { accessToken refreshToken } userErrors { code message } }
    }`,
    { input: { email, password, displayName } },
  );
  if (userSignUp.userErrors.length > 0) throw new Error(JSON.stringify(userSignUp.userErrors));
  const { accessToken, refreshToken } = userSignUp.tokens;
  return { ...client(accessToken, url), id: userSignUp.user.id, email, password, displayName, refreshToken };
}

/** Someone who has signed up before. */
export async function logIn(
  credentials: { email: string; password: string },
  url = inject('kronosUrl'),
): Promise<Client> {
  const { sessionCreate } = await client(undefined, url).data(
    `mutation LogIn($input: SessionCreateInput!) {
      sessionCreate(input: $input) { tokens { accessToken } userErrors { code message } }
    }`,
    { input: credentials },
  );
  if (sessionCreate.userErrors.length > 0) throw new Error(JSON.stringify(sessionCreate.userErrors));
  return client(sessionCreate.tokens.accessToken, url);
}
