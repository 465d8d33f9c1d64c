import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type EdgeRulesContents, hashClientKey } from '@kronos/edge-rules';
import type { Gateway, GatewayOptions } from '../federation/gateways/list.ts';
import { workloads } from '../federation/workloads.ts';

/** What the gateways of this bench need beside subgraphs. */
export interface Services {
  redisUrl: string;
  rulesUrl: string;
  tracesUrl: string;
}

const kronos = fileURLToPath(new URL('../../apps/gateway/src/main.ts', import.meta.url));
const clientKey = 'the key of the bench';
const document: string = JSON.parse(workloads.find(({ name }) => name === 'B')!.body(Math.random)).query;
const hash = createHash('sha256').update(document).digest('hex');
const id = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** Rules under which nobody runs out of points. */
export const rules: Partial<EdgeRulesContents> = {
  policies: ['anonymous', 'user', 'premium', 'admin', 'service'].map((name, index) => ({
    id: id(index + 1),
    name,
    pointsPerMinute: 2_000_000_000,
    burst: 2_000_000_000,
    monthlyPoints: null,
    maxDepth: 30,
    maxCost: 1_000_000,
  })),
  clients: [
    {
      id: id(100),
      name: 'bench',
      keyHashes: [{ hash: hashClientKey(clientKey), expiresAt: null }],
      policyId: id(5),
      allowedOperations: 'ANY',
      isEnabled: true,
    },
  ],
  operations: [{ hash, name: 'Chosen', document, clientId: null }],
};

/** A gateway with one thing more than the one before, and one with everything. */
export function edgeGateways({ redisUrl, rulesUrl, tracesUrl }: Services): Gateway[] {
  const off = { KRONOS_SHARE_QUERIES: 'false', KRONOS_COST_EXTENSION: 'false', KRONOS_QUOTAS: 'false' };
  const withCost = { KRONOS_COST_EXTENSION: 'true' };
  const withRules = { KRONOS_EDGE_RULES_URL: rulesUrl };
  const withQuotas = { ...withRules, REDIS_URL: redisUrl, KRONOS_QUOTAS: 'true' };
  const withTraces = (share: string) => ({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: tracesUrl,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: share,
  });
  const tokens = ({ jwksUrl, internalKeyFile }: GatewayOptions) => ({
    KRONOS_JWKS_URL: jwksUrl,
    KRONOS_INTERNAL_KEY_FILE: internalKeyFile,
  });
  const everything = { ...withQuotas, ...withCost };

  return [
    gateway('bare', 'nothing but limits and access', {}),
    { ...gateway('token', '+ access and internal tokens', {}, tokens), withToken: true },
    gateway('cost', '+ cost of operations', withCost),
    gateway('rules', '+ rules, client application', withRules, undefined, asClient),
    gateway('quotas', '+ rules, quotas in Redis', withQuotas, undefined, asClient),
    { ...gateway('stored', '+ rules, stored operation by hash', withRules), toSent: byHash },
    { ...gateway('all', 'all of it', everything, tokens, asClient), withToken: true, toSent: byHash },
    {
      ...gateway(
        'traces-1',
        'all of it, 1 in 100 traced',
        { ...everything, ...withTraces('0.01') },
        tokens,
        asClient,
      ),
      withToken: true,
      toSent: byHash,
    },
    {
      ...gateway(
        'traces-all',
        'all of it, every request traced',
        { ...everything, ...withTraces('1') },
        tokens,
        asClient,
      ),
      withToken: true,
      toSent: byHash,
    },
  ];

  function gateway(
    name: string,
    title: string,
    env: Record<string, string>,
    identity: (given: GatewayOptions) => Record<string, string> = () => ({}),
    headers: Record<string, string> = {},
  ): Gateway {
    return {
      name,
      title,
      headers,
      start: (given) => ({
        args: [kronos, '--supergraph', given.supergraphFile, '--port', String(given.port)],
        env: { ...off, ...env, ...identity(given) },
      }),
    };
  }
}

const asClient = { 'x-kronos-client-key': clientKey };

/** The same request with the document's hash in the place of its text. */
function byHash(body: string): string {
  const { query: _, ...rest } = JSON.parse(body);
  return JSON.stringify({ ...rest, documentId: `sha256:${hash}` });
}
