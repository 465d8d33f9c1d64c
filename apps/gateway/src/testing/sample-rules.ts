import { hash, randomUUID } from 'node:crypto';
import {
  type ClientApplication,
  defaultPolicies,
  hashClientKey,
  type Route,
  type StoredOperation,
} from '@kronos/edge-rules';

/** A client application that is known by one key. */
export function sampleClient(key: string, changes: Partial<ClientApplication> = {}): ClientApplication {
  return {
    id: randomUUID(),
    name: key,
    keyHashes: [{ hash: hashClientKey(key), expiresAt: null }],
    policyId: defaultPolicies.service.id,
    allowedOperations: 'ANY',
    isEnabled: true,
    ...changes,
  };
}

/** A document that is stored for everybody, unless a client is named. */
export function sampleOperation(document: string, clientId: string | null = null): StoredOperation {
  return { hash: hash('sha256', document), name: 'Sample', document, clientId };
}

/** A route that is bound to a stored document: without parameters, for everybody, answered with all of the data. */
export function sampleRoute(
  method: Route['method'],
  path: string,
  document: string,
  changes: Partial<Route> = {},
): Route {
  return {
    id: randomUUID(),
    method,
    path,
    operationHash: hash('sha256', document),
    parameters: [],
    requiredScopes: [],
    policyId: null,
    successStatus: 200,
    resultPath: null,
    spelling: 'GRAPHQL',
    isEnabled: true,
    description: '',
    ...changes,
  };
}
