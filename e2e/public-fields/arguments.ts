import { randomUUID } from 'node:crypto';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import type { Json } from '../kit/client.ts';
import { inAMonth, type Seed } from './seed.ts';

/** Arguments whose name does not say of what the id is, or with which there is nothing to be seen. */
const chosen = ({ ids, events, ada, projects }: Seed): Record<string, Json> => ({
  'Query.node(id:)': ids.Event,
  'Query.nodes(ids:)': [ids.Event],
  'Query.subgraph(name:)': 'users',
  'Query.operationExplain(document:)': '{ events { nodes { title } } users { totalCount } roles { name } }',
  'Query.tokenIntrospect(token:)': ada.token,
  'Query.securityEvents(userId:)': ada.id,
  'Query.aclEntries(filter:)': { resourceId: ids.Event },
  'Query.accessCheck(input:)': updateOf(ids.Event!, ada.id),
  'Query.accessChecks(inputs:)': [updateOf(ids.Event!, ada.id)],
  'Query.accessibleResources(input:)': { subjectId: ada.id, action: 'events:update', resourceType: 'event' },
  'Query.resourceSubjects(input:)': updateOf(ids.Event!),
  'Query.backupRestore(id:)': ids.BackupRestore,
  'Query.cacheNamespace(name:)': 'data',
  'Query.dataQuery(input:)': { table: 'projects', first: 1 },
  'Query.sqlQuery(input:)': { query: 'select 1 as one', explain: true },
  'Subscription.projectUpdated(id:)': ids.Project,
  'Subscription.contentAnalysisCompleted(projectId:)': projects.projects.analysed,
  'Subscription.generationJobUpdated(id:)': projects.runningJob,
  'Subscription.eventUpdated(id:)': events.live,
  'Subscription.eventCancelled(id:)': events.live,
  'Subscription.registrationCreated(eventId:)': events.live,
  'Subscription.sessionRevoked(userId:)': ada.id,
  'Subscription.accessChanged(userId:)': ada.id,
  'Subscription.securityEventRaised(userId:)': ada.id,
  'Mutation.sessionCreate(input:)': { email: ada.email, password: ada.password },
  'Mutation.sessionStepUp(input:)': { password: ada.password },
  'Mutation.passwordChange(input:)': { currentPassword: ada.password, newPassword: ada.password },
  'Mutation.mfaFactorVerify(input:)': { code: 'made-up' },
  'Mutation.eventPublish(id:)': events.draft,
  'Mutation.eventCancel(id:)': events.draft,
  'Mutation.eventUpdate(input:)': { title: 'Changed' },
  'Mutation.userUpdate(input:)': { displayName: 'Ada' },
  'Mutation.registrationCreate(input:)': { eventId: events.spare, attendeeId: ada.id },
  'Mutation.projectDelete(id:)': projects.projects.spare,
  'Mutation.projectUpdate(input:)': { title: 'Changed' },
  'Mutation.projectVersionRestore(versionId:)': ids.ProjectVersion,
  'Mutation.dataTransactionExecute(input:)': {
    operations: [{ database: new EnumValue('REDIS'), operation: new EnumValue('DEL'), key: 'walked' }],
  },
  'Mutation.connectionRelease(input:)': { leaseId: ids.ConnectionLease },
  'Mutation.aclEntryGrant(input:)': updateOf(ids.Event!, ids.Group),
  'Mutation.userErase(input:)': { after: inAMonth() },
  'Mutation.userEraseCancel(id:)': ids.ErasureRequest,
});

/** The question who may change an event, or whether somebody may. */
const updateOf = (resourceId: string, subjectId?: string) => ({
  ...(subjectId && { subjectId }),
  action: 'events:update',
  resourceId,
});

/** A field with values for its arguments: Ada's ids where they fit, made-up values where something is required. */
export function callOf(owner: string, field: GraphQLField<unknown, unknown>, seed: Seed): string {
  const given = field.args.flatMap((argument): string[] => {
    const value = argumentOf(owner, field.name, argument, seed);
    return value === undefined ? [] : [`${argument.name}: ${literal(value)}`];
  });
  return given.length > 0 ? `${field.name}(${given.join(', ')})` : field.name;
}

function argumentOf(owner: string, field: string, argument: GraphQLArgument, seed: Seed): Json {
  const { name, type } = argument;
  const known = chosen(seed)[`${owner}.${field}(${name}:)`];
  if (known !== undefined) return known;
  if (name === 'first') return 1;
  if (name === 'id') return idFor(field, seed.ids) ?? randomUUID();
  return isRequiredArgument(argument) ? exampleOf(name, type, seed.ids) : undefined;
}

/** The thing that a field or an argument is about, by the beginning of its name. */
function idFor(name: string, ids: Seed['ids']): string | undefined {
  return Object.entries(ids).find(([type]) => name.toLowerCase().startsWith(type.toLowerCase()))?.[1];
}

function exampleOf(name: string, type: GraphQLInputType, ids: Seed['ids']): Json {
  if (isNonNullType(type)) return exampleOf(name, type.ofType, ids);
  if (isListType(type)) return [];
  if (isEnumType(type)) return new EnumValue(type.getValues()[0]!.name);
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    return Object.fromEntries(required.map((field) => [field.name, exampleOf(field.name, field.type, ids)]));
  }
  if (type.name === 'ID') return idFor(name, ids) ?? randomUUID();
  return byName[name]?.() ?? byType[type.name] ?? 'made-up';
}

const byName: Record<string, () => string> = {
  email: () => `${randomUUID()}@example.com`,
  newEmail: () => `${randomUUID()}@example.com`,
  redirectUri: () => 'https://example.com/back',
  newPassword: () => 'quite another staple of horses',
  password: () => 'correct horse battery staple',
};

const byType: Record<string, Json> = {
  Int: 1,
  Float: 1,
  Boolean: true,
  BigInt: '1',
  DateTime: '2099-01-15T18:00:00Z',
  Duration: 'PT1H',
};

class EnumValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A value as it is written in a document. */
function literal(value: Json): string {
  if (value instanceof EnumValue) return value.name;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, inner]) => `${name}: ${literal(inner)}`)
    .join(', ')}}`;
}
