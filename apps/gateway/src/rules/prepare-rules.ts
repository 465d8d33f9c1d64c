import type { ClientApplication, EdgeRules } from '@kronos/edge-rules';

/**
 * Where rules came from: the router, the snapshot in Redis, nowhere yet, so that the defaults hold, or, where there is no
 * router, `none`.
 */
export type RulesSource = 'router' | 'snapshot' | 'defaults' | 'none';

/** The rules of the edge with what is looked up in them for each request. They never change: newer ones are another object. */
export interface PreparedRules {
  rules: EdgeRules;
  source: RulesSource;
  /**
   * The client application that a key belongs to.
   *
   * @param hash as `hashClientKey` makes it
   * @param now in milliseconds since the epoch
   * @returns undefined for a key that is unknown, has expired, or belongs to a client that is disabled
   */
  clientOfKey(hash: string, now: number): ClientApplication | undefined;
  /** The text of a stored operation, whoever it is for. */
  documentOf(hash: string): string | undefined;
  /** Whether an operation is stored for everybody, or for this client. */
  isStoredFor(clientId: string | null, hash: string): boolean;
}

export function prepareRules(rules: EdgeRules, source: RulesSource): PreparedRules {
  const clients = new Map<string, { client: ClientApplication; expiresAt: number }>();
  for (const client of rules.clients) {
    if (!client.isEnabled) continue;
    for (const { hash, expiresAt } of client.keyHashes)
      clients.set(hash, { client, expiresAt: expiresAt === null ? Infinity : Date.parse(expiresAt) });
  }
  const operations = new Map<string, { document: string; clientIds: Set<string | null> }>();
  for (const { hash, document, clientId } of rules.operations) {
    const stored = operations.get(hash) ?? { document, clientIds: new Set() };
    stored.clientIds.add(clientId);
    operations.set(hash, stored);
  }

  return {
    rules,
    source,
    clientOfKey(hash, now) {
      const found = clients.get(hash);
      return found && found.expiresAt > now ? found.client : undefined;
    },
    documentOf: (hash) => operations.get(hash)?.document,
    isStoredFor(clientId, hash) {
      const clientIds = operations.get(hash)?.clientIds;
      return clientIds !== undefined && (clientIds.has(null) || clientIds.has(clientId));
    },
  };
}
