import type { AddressInfo } from 'node:net';
import { createLogger, type Logger } from '@kronos/service';
import type { CoLocatedSubgraph } from '../access/co-located.ts';
import { parseGatewayEnvironment } from '../environment.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { writeSupergraph } from './write-supergraph.ts';

/** A gateway that listens in the test's own process, on a free port unless `KRONOS_PORT` names one. */
export interface TestGateway extends AsyncDisposable {
  readonly url: string;
  readonly origin: string;
  readonly supergraphFile: string;
  readonly gateway: Gateway;
  /** Posts an operation as JSON; `headers` are added to those that a plain client sends. */
  post(query: string, options?: PostOptions): Promise<TestAnswer>;
}

export interface PostOptions {
  variables?: Record<string, unknown>;
  headers?: Record<string, string>;
  operationName?: string;
  extensions?: Record<string, unknown>;
}

export interface TestAnswer {
  status: number;
  headers: Headers;
  body: {
    data?: Record<string, unknown> | null;
    errors?: { message: string; path?: unknown[]; extensions: Record<string, unknown> }[];
  };
}

/**
 * Starts a gateway.
 *
 * @param supergraphSdl is written to a file of its own, which a test may write to again
 * @param environment variables beside; nothing of the test's own environment is seen
 * @param subgraphs those that live in the gateway's process
 * @param logger hears what `LOG_LEVEL` says when omitted, which is nothing by default
 */
export async function startTestGateway(
  supergraphSdl: string,
  environment: NodeJS.ProcessEnv = {},
  subgraphs: readonly CoLocatedSubgraph[] = [],
  logger?: Logger,
): Promise<TestGateway> {
  const supergraph = writeSupergraph(supergraphSdl);
  const parsed = parseGatewayEnvironment([], {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    KRONOS_SUPERGRAPH: supergraph.file,
    KRONOS_PORT: '0',
    // Answers are compared as wholes.
    KRONOS_COST_EXTENSION: 'false',
    ...environment,
  });
  const ownLogger = logger ?? createLogger({ name: 'gateway', level: parsed.LOG_LEVEL });
  const gateway = await createGateway(parsed, ownLogger, subgraphs);
  await gateway.app.listen({ host: '127.0.0.1', port: parsed.KRONOS_PORT });
  const origin = `http://127.0.0.1:${(gateway.app.server.address() as AddressInfo).port}`;
  const url = `${origin}/graphql`;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= gateway.close();
    return closing;
  };

  return {
    url,
    origin,
    supergraphFile: supergraph.file,
    gateway: { ...gateway, close },
    async post(query, { headers, ...operation } = {}) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, ...operation }),
      });
      const body = (await answer.json()) as TestAnswer['body'];
      return { status: answer.status, headers: answer.headers, body };
    },
    async [Symbol.asyncDispose]() {
      await close();
      supergraph.remove();
    },
  };
}
