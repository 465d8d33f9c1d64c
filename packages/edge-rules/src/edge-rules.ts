import { z } from 'zod';

const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hex');
const moment = z.iso.datetime();

/** How much someone may ask for. */
export const quotaPolicyShape = z.object({
  id: z.uuid(),
  name: z.string(),
  /** Points that come back each minute. */
  pointsPerMinute: count.positive(),
  /** Points that can be spent at once: what the bucket holds. */
  burst: count.positive(),
  /** Points of one calendar month in UTC; no limit when null. */
  monthlyPoints: count.nullable(),
  maxDepth: count.positive(),
  /** The greatest estimate of one operation. */
  maxCost: count.positive(),
});
export type QuotaPolicy = z.output<typeof quotaPolicyShape>;

/** A key of a client application, as its hash. */
export const clientKeyShape = z.object({
  /** As `hashClientKey` makes it. */
  hash: sha256,
  /** When it stops being good; never when null. */
  expiresAt: moment.nullable(),
});
export type ClientKey = z.output<typeof clientKeyShape>;

/** A program that names itself by a key. */
export const clientApplicationShape = z.object({
  id: z.uuid(),
  name: z.string(),
  keyHashes: z.array(clientKeyShape),
  policyId: z.uuid(),
  /** Whether it may send any operation, or stored ones only. */
  allowedOperations: z.enum(['ANY', 'SAFELIST_ONLY']),
  isEnabled: z.boolean(),
});
export type ClientApplication = z.output<typeof clientApplicationShape>;
export type OperationPolicy = ClientApplication['allowedOperations'];

/** A document that callers may send by its hash. */
export const storedOperationShape = z.object({
  /** SHA-256 of the document. */
  hash: sha256,
  /** The name of its operation. */
  name: z.string(),
  document: z.string(),
  /** The one client application that it is for; everybody's when null. */
  clientId: z.uuid().nullable(),
});
export type StoredOperation = z.output<typeof storedOperationShape>;

/** Where a variable of a route's operation gets its value. */
export const routeParameterShape = z.object({
  /** The variable's name; a path such as `input.email` sets a field of an input object. */
  variable: z.string(),
  source: z.enum(['PATH', 'QUERY', 'BODY', 'CONSTANT']),
  /** The name in the path's template, of the query parameter or of the body's field; the whole body when null. */
  name: z.string().nullable(),
  /** The value of a constant. */
  value: z.json().optional(),
});
export type RouteParameter = z.output<typeof routeParameterShape>;
export type ParameterSource = RouteParameter['source'];

/** The methods that a route can answer. */
export const routeMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type RouteMethod = (typeof routeMethods)[number];

/** How a route's clients write names of fields and of values of enums: as the graph does, or in snake case and small letters. */
export const routeSpellings = ['GRAPHQL', 'SNAKE_CASE'] as const;
export type RouteSpelling = (typeof routeSpellings)[number];

/** A method and path of HTTP that is answered by a stored operation. */
export const routeShape = z.object({
  id: z.uuid(),
  method: z.enum(routeMethods),
  /** A template such as `/events/{id}`. */
  path: z.string(),
  operationHash: sha256,
  parameters: z.array(routeParameterShape),
  /** All of these the caller must have, beside what the operation itself needs. */
  requiredScopes: z.array(z.string()),
  /** Spends from a bucket of its own per caller by this policy; from the caller's own when null. */
  policyId: z.uuid().nullable(),
  successStatus: z.int().min(200).max(299),
  /** The part of the answer's data that is the body, such as `event` or `events.nodes`; all of it when null. */
  resultPath: z.string().nullable(),
  spelling: z.enum(routeSpellings).default('GRAPHQL'),
  isEnabled: z.boolean(),
  description: z.string(),
});
export type Route = z.output<typeof routeShape>;

/** Who satisfies a policy that the SDL names by `@policy`: any of the roles, all of the scopes, or one of the clients. */
export const accessPolicyShape = z.object({
  name: z.string(),
  roles: z.array(z.string()),
  /** Nobody by scopes when empty. */
  scopes: z.array(z.string()),
  clientIds: z.array(z.uuid()),
});
export type AccessPolicy = z.output<typeof accessPolicyShape>;

/** Everything that a gateway enforces and the router domain keeps. */
export const edgeRulesShape = z.object({
  /** Changes with the contents: the ETag without its quotes. */
  version: z.string(),
  policies: z.array(quotaPolicyShape),
  clients: z.array(clientApplicationShape),
  operations: z.array(storedOperationShape),
  routes: z.array(routeShape),
  accessPolicies: z.array(accessPolicyShape),
});
export type EdgeRules = z.output<typeof edgeRulesShape>;
export type EdgeRulesContents = Omit<EdgeRules, 'version'>;
