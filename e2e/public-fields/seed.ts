import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { type Client, client, type Json, logIn, type Person, signUp } from '../kit/client.ts';
import { createEvent, register, until } from '../kit/graph.ts';
import { waitUntil } from '../kit/resuming-listener.ts';
import { type SeededProjects, seedDatabase, seedProjects } from './seed-projects.ts';

/** Ada's things, and who may want to see them. */
export interface Seed {
  stranger: Client;
  ada: Person;
  ben: Person;
  administrator: Client;
  /** Something of each type that has an id: Ada's where it is somebody's. */
  ids: Readonly<Record<string, string>>;
  /** The id of somebody who was impersonated, and whose account is closed: Ada could not go on. */
  closed: string;
  projects: SeededProjects;
  events: Readonly<Record<'draft' | 'hidden' | 'cancelled' | 'spare' | 'live', string>>;
  /** A new session of Ada's, because some mutations end those that she has. */
  adaAgain(): Promise<Client>;
}

/** Ada fills in what there is, so that nothing is null because nobody has ever said it. */
export async function seed(): Promise<Seed> {
  const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
  const administrator = await logIn(inject('kronosAdministrator'));
  const notifications = await ada.listen(
    'subscription { notificationReceived { notification { id kind } } }',
  );
  const event = await createEvent(ada, full);
  const [draft, hidden, cancelled, spare, live] = [
    await createEvent(ada, { ...full, publish: false }),
    await createEvent(ada, { ...full, visibility: 'PRIVATE' }),
    await createEvent(ada, full),
    await createEvent(ada, full),
    await createEvent(ada, full),
  ];
  await change(ada, `eventCancel(id: "${cancelled.id}", input: {reason: "Rain."})`);
  await change(ada, `userUpdate(id: "${ada.id}", input: ${profile})`);
  const { registration } = await register(ada, event.id);
  const received = await until(
    notifications,
    (result) => result.data?.notificationReceived.notification.kind === 'REGISTRATION_CONFIRMED',
  );
  await notifications.return?.();
  const notification: string = received.data.notificationReceived.notification.id;
  await change(ada, `notificationMarkRead(id: "${notification}")`);
  await change(ada, `notificationArchive(id: "${notification}")`);
  const { closed, impersonation } = await seedClosed(administrator);
  const projects = await seedProjects(ada);
  const { viewer } = await ada.data('{ viewer { session { id } user { role { id } } } }');

  return {
    stranger: client(),
    ada,
    ben,
    administrator,
    closed,
    projects,
    ids: {
      ...projects.ids,
      ...(await seedDatabase(administrator, ada)),
      Event: event.id,
      Registration: registration.id,
      Notification: notification,
      Session: viewer.session.id,
      User: ada.id,
      Role: viewer.user.role.id,
      Impersonation: impersonation,
      ...(await seedRules(administrator, ada)),
      ...(await seedRights(administrator, ada, event.id)),
      ...(await seedCredentials(administrator, ada)),
      ...(await seedPersonalData(ada)),
    },
    events: {
      draft: draft.id,
      hidden: hidden.id,
      cancelled: cancelled.id,
      spare: spare.id,
      live: live.id,
    },
    adaAgain: () => logIn({ email: ada.email, password: ada.password }),
  };
}

const full = {
  visibility: 'PUBLIC',
  capacity: 5,
  description: 'A launch.',
  endsAt: '2100-01-01T00:00:00Z',
  location: 'Berlin',
  onlineUrl: 'https://example.com/launch',
};
const profile = '{avatarUrl: "https://example.com/ada.png", locale: "de-DE", timeZone: "Europe/Berlin"}';

/** What administrators keep; the client application is Ada's. */
async function seedRules(administrator: Client, ada: Person): Promise<Record<string, string>> {
  const { clientApplication } = await change(
    administrator,
    `clientApplicationCreate(input: {name: "${randomUUID()}", ownerId: "${ada.id}"})`,
    'clientApplication { id quotaPolicy { id } }',
  );
  await change(administrator, `clientKeyRotate(id: "${clientApplication.id}")`);
  const { persistedOperation } = await change(
    administrator,
    `persistedOperationPublish(input: {document: "query Walked { __typename }", clientId: "${clientApplication.id}"})`,
    'persistedOperation { id }',
  );
  await change(
    administrator,
    `accessPolicySet(input: {name: "walked", clientIds: ["${clientApplication.id}"]})`,
  );
  const { routes } = await administrator.data('{ routes(first: 100) { nodes { id legacyPath } } }');
  const route = routes.nodes.find(({ legacyPath }: Json) => legacyPath === '/login');
  return {
    ClientApplication: clientApplication.id,
    PersistedOperation: persistedOperation.id,
    QuotaPolicy: clientApplication.quotaPolicy.id,
    Route: route.id,
  };
}

/** A group that Ada belongs to, and what she lets it do. */
async function seedRights(
  administrator: Client,
  ada: Person,
  event: string,
): Promise<Record<string, string>> {
  const { group } = await change(
    administrator,
    `groupCreate(input: {name: "${randomUUID()}", description: "Walked.", roles: ["user"]})`,
    'group { id }',
  );
  await change(administrator, `groupMembersUpdate(id: "${group.id}", input: {add: ["${ada.id}"]})`);
  const { aclEntry } = await change(
    ada,
    `aclEntryGrant(input: {subjectId: "${group.id}", action: "events:update", resourceId: "${event}", expiresAt: "2100-01-01T00:00:00Z"})`,
    'aclEntry { id }',
  );
  return { Group: group.id, AclEntry: aclEntry.id };
}

/**
 * What is kept of how people get in. Ada's factor is not verified: she would be asked for it at every log-in. It is not
 * of the kind that is enrolled later, which would take its place.
 */
async function seedCredentials(administrator: Client, ada: Person): Promise<Record<string, string>> {
  const { apiToken } = await change(ada, 'apiTokenCreate(input: {name: "walked"})', 'apiToken { id }');
  const { mfaFactor } = await change(ada, 'mfaFactorEnroll(input: {kind: PASSKEY})', 'mfaFactor { id }');
  const { securityEvents } = await ada.data(
    '{ securityEvents(filter: {kinds: [SIGNED_UP]}) { nodes { id } } }',
  );
  const { oauthClient } = await change(
    administrator,
    `oauthClientCreate(input: {name: "Walked", scopes: ["openid"], redirectUris: ["https://example.com/back"]})`,
    'oauthClient { id }',
  );
  return {
    ApiToken: apiToken.id,
    MfaFactor: mfaFactor.id,
    SecurityEvent: securityEvents.nodes[0].id,
    OAuthClient: oauthClient.id,
  };
}

/** An export of Ada's data that is complete, and an erasure of hers that never begins. */
async function seedPersonalData(ada: Person): Promise<Record<string, string>> {
  const { dataExport } = await change(ada, `userDataExport(id: "${ada.id}")`, 'dataExport { id }');
  const { erasureRequest } = await change(
    ada,
    `userErase(id: "${ada.id}", input: {after: "${inAMonth()}"})`,
    'erasureRequest { id }',
  );
  await waitUntil(async () => {
    const { dataExport: now } = await ada.data(`{ dataExport(id: "${dataExport.id}") { status } }`);
    return now.status === 'COMPLETED';
  });
  return { DataExport: dataExport.id, ErasureRequest: erasureRequest.id };
}

/** Somebody who was impersonated, and whose account was closed then. */
async function seedClosed(administrator: Client): Promise<{ closed: string; impersonation: string }> {
  const { id } = await signUp('Grace');
  const { impersonation } = await change(
    administrator,
    `impersonationStart(input: {userId: "${id}", reason: "Walked.", minutes: 10})`,
    'impersonation { id }',
  );
  await change(administrator, `userSuspend(id: "${id}", input: {reason: "Fraud."})`);
  return { closed: id, impersonation: impersonation.id };
}

export const inAMonth = () => new Date(Date.now() + 30 * 86_400_000).toISOString();

/** Calls a mutation that must succeed, and gives what is selected of its payload. */
export async function change(by: Client, call: string, selection = '__typename'): Promise<Json> {
  const data = await by.data(`mutation { change: ${call} { ${selection} userErrors { code message } } }`);
  if (data.change.userErrors.length > 0) throw new Error(JSON.stringify(data.change.userErrors));
  return data.change;
}
