import type { FormattedExecutionResult } from 'graphql';
import { codedError } from '../coded-error.ts';
import type { HttpClient } from '../http/http-client.ts';
import type { SubgraphHeaders } from '../http/subgraph-call.ts';
import { failedAnswer } from '../http/subgraph-failure.ts';
import type { EngineTrace, FetchTrace } from '../trace.ts';
import type { PlannedSubscription } from './plan.ts';

/** The subgraph has answered that it will not serve this subscription; asking again would not help. */
export class UpstreamRefusal extends Error {
  override readonly name = 'UpstreamRefusal';
  readonly result: FormattedExecutionResult;

  constructor(result: FormattedExecutionResult) {
    super('refused');
    this.result = result;
  }
}

export interface UpstreamRequest {
  http: HttpClient;
  headers: SubgraphHeaders;
  planned: PlannedSubscription;
  context: Record<string, unknown>;
  /** The cursor after which events are wanted; from now on when omitted. */
  after?: string;
  signal: AbortSignal;
  trace?: EngineTrace;
}

const maxRefusalBytes = 1 << 20;
const worthRetrying = new Set([408, 425, 429]);

/**
 * Opens one SSE stream to the subgraph that owns the subscription.
 *
 * @throws UpstreamRefusal when the subgraph says no, any other error when it is worth trying again
 */
export async function connectUpstream(request: UpstreamRequest): Promise<AsyncIterable<Buffer>> {
  const { planned, context, trace } = request;
  const { serviceName: subgraph, operationName } = planned.primary;
  const url = planned.state.urls[subgraph];
  const traced = trace?.fetch({ context, subgraph, url, operationType: 'subscription', operationName });
  try {
    const body = await connect(request, traced);
    traced?.end({ status: 200 });
    return body;
  } catch (fault) {
    traced?.end({ fault });
    throw fault;
  }
}

async function connect(
  request: UpstreamRequest,
  traced: FetchTrace | undefined,
): Promise<AsyncIterable<Buffer>> {
  const { planned, context, after, signal } = request;
  const { primary, state } = planned;
  const subgraph = primary.serviceName;
  const variables = Object.fromEntries(
    (primary.variableUsages ?? [])
      .filter((name) => planned.variables[name] !== undefined)
      .map((name) => [name, planned.variables[name]]),
  );
  const headers = {
    ...(await request.headers(context)),
    ...traced?.headers,
    accept: 'text/event-stream',
    'content-type': 'application/json',
    ...(after !== undefined && { 'last-event-id': after }),
  };
  const body = JSON.stringify({
    query: primary.operation,
    variables,
    operationName: primary.operationName,
    // For subgraphs behind proxies that drop the header, and for those that read it only here.
    ...(after !== undefined && { extensions: { lastEventId: after } }),
  });
  const answer = await request.http.stream(state.urls[subgraph]!, headers, body, signal);
  const { statusCode } = answer;
  const contentType = String(answer.headers['content-type'] ?? '');
  if (statusCode === 200 && contentType.startsWith('text/event-stream')) return answer.body;

  const text = await readSome(answer.body);
  if (statusCode >= 500 || worthRetrying.has(statusCode)) throw failedAnswer(subgraph, statusCode);
  throw new UpstreamRefusal(parseErrors(text) ?? { errors: [refusalError(subgraph, statusCode).toJSON()] });
}

function refusalError(subgraph: string, status: number) {
  if (status >= 400) return failedAnswer(subgraph, status);
  return codedError(`Subgraph ${subgraph} does not serve subscriptions as server-sent events.`, {
    code: 'SUBSCRIPTION_NOT_SUPPORTED',
    details: { subgraph },
  });
}

function parseErrors(text: string): FormattedExecutionResult | undefined {
  try {
    const { errors } = JSON.parse(text);
    return Array.isArray(errors) && errors.length > 0 ? { errors } : undefined;
  } catch {
    return undefined;
  }
}

async function readSome(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxRefusalBytes) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
