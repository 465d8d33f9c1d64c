import type { EngineTrace, FetchTrace, TracedFetch } from '@kronos/engine';
import type { Span, Tracing } from '@kronos/telemetry';
import type { GatewayContext } from '../context.ts';

/**
 * Spans of what the engine does for a request: the search for its plan, and each fetch, whose subgraph is told that span.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client
 */
export function createEngineTrace(traced: Tracing): EngineTrace {
  return {
    plan(operationName, find) {
      if (!traced.active()?.isRecording) return find();
      const attributes = { 'graphql.operation.name': operationName };
      return traced.within('graphql.plan', { attributes }, find);
    },
    fetch(fetch) {
      const { span: parent, origin } = (fetch.context as unknown as GatewayContext).trace;
      const isOfNobody = !parent && !origin;
      if (isOfNobody || parent?.isRecording === false) return undefined;
      const span = traced.start(`${fetch.operationType} ${fetch.subgraph}`, {
        kind: 'client',
        service: 'gateway',
        parent: parent ?? null,
        links: origin && [origin],
        attributes: attributesOf(fetch),
      });
      return followFetch(span);
    },
  };
}

function followFetch(span: Span): FetchTrace {
  let retries = 0;
  return {
    headers: { ...span.headers },
    onRetry() {
      retries++;
    },
    end({ status, bytes, errors, fault }) {
      span.set({
        'http.response.status_code': status,
        'http.response.body.size': bytes,
        'http.request.resend_count': retries || undefined,
      });
      if (fault) span.fail(codeOf(fault));
      else if (errors?.[0]) span.fail(codeOf(errors[0]));
      span.end();
    },
  };
}

function attributesOf({ subgraph, url, operationType, operationName }: TracedFetch) {
  return {
    'graphql.operation.type': operationType,
    'graphql.operation.name': operationName,
    'kronos.subgraph': subgraph,
    ...(url !== undefined && { 'http.request.method': 'POST', ...addressOf(url) }),
  };
}

const addresses = new Map<string, Record<string, string | number>>();

/** Subgraphs have few URLs. */
function addressOf(url: string): Record<string, string | number> {
  let address = addresses.get(url);
  if (!address) {
    const { protocol, hostname, port, origin, pathname } = new URL(url);
    address = {
      // Without what may stand in a URL beside: credentials, a search.
      'url.full': origin + pathname,
      'server.address': hostname,
      'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    };
    addresses.set(url, address);
  }
  return address;
}

function codeOf(error: unknown): string {
  const { extensions, name } = error as { extensions?: { code?: unknown }; name?: string };
  return String(extensions?.code ?? name ?? 'INTERNAL_SERVER_ERROR');
}
