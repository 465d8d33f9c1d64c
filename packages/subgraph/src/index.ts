export { BoundedMap } from '@kronos/service';
export { requireCaller, requirePerson, scopesOf } from './access.ts';
export { createSubgraphApp, type SubgraphAppOptions } from './app.ts';
export type { Caller, Impersonation, RequestContext, Service, Viewer } from './caller.ts';
export {
  type Connection,
  type ConnectionArguments,
  type ConnectionDelegate,
  type ConnectionOptions,
  connection,
  type Edge,
} from './connection.ts';
export { isDatabaseAway, unlessTaken } from './database-errors.ts';
export { defineSubgraph } from './define-subgraph.ts';
export { domainAdapter, statementNames } from './domain-adapter.ts';
export { type EntryHandlersOptions, entryHandlers } from './entries/entry-handlers.ts';
export type { Effect, EntryDatabase, EntryRow, EntryTables } from './entries/entry-tables.ts';
export { type Access, loadAccess } from './entries/load-access.ts';
export {
  badUserInput,
  codedError,
  forbidden,
  notFound,
  personRequired,
  serviceUnavailable,
  unauthenticated,
} from './errors.ts';
export { wordsOf } from './free-text.ts';
export { decodeId, encodeId, newId, tryDecodeId, tryParseId } from './ids.ts';
export type { OrderBy } from './keyset.ts';
export { isMediaPath } from './media-path.ts';
export { type Domain, type DomainDatabase, type DomainOptions, openDomain } from './open-domain.ts';
export { openSealedDomain, type SealedDomainOptions } from './open-sealed-domain.ts';
export { personKeyTable, searchKeyTable } from './personal-data/person-key-table.ts';
export {
  anonymised,
  type ErasureCounts,
  erased,
  erasedBy,
  type PersonalData,
  type PersonalTable,
  retained,
} from './personal-data/personal-data.ts';
export { createSealingKeys, unseal } from './personal-data/sealed.ts';
export { refuseImpersonator, requireOwnLogin, requireRecentLogin } from './recent-login.ts';
export { rowLoader, rowsLoader } from './row-loader.ts';
export { schemaFaults } from './schema-faults.ts';
export { type CreateSubgraph, type ServedSubgraph, serveSubgraph } from './serve-subgraph.ts';
export {
  type GraphQLRequest,
  type Readiness,
  type RouteTools,
  StreamCutError,
  type Subgraph,
  type SubgraphOptions,
  type SubscriptionMessage,
  type SubscriptionResult,
  type SubscriptionStream,
} from './subgraph.ts';
export { type EventEnvelope, type SubscriptionOptions, subscription } from './subscription.ts';
export { type MutationPayload, mutation, UserFault, UserFaults, userFaults } from './user-errors.ts';
export { validInput } from './valid-input.ts';
export {
  createVerifyCaller,
  type RequestHeaders,
  type VerifiedToken,
  type VerifyCaller,
} from './verify-caller.ts';
export { type FilterField, toWhere } from './where.ts';
