import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { type Client, client, type Json, logIn, type Person, signUp } from '../kit/client.ts';
import { createEvent, register, until } from '../kit/graph.ts';

/** Ada's things, and who may want to see them. */
export interface Seed {
  stranger: Client;
  ada: Person;
  ben: Person;
  administrator: Client;
  /** Something of each type that has an id: Ada's where it is somebody's. */
  ids: Readonly<Record<string, string>>;
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
  const { viewer } = await ada.data('{ viewer { session { id } user { role { id } } } }');

  return {
    stranger: client(),
    ada,
    ben,
    administrator,
    ids: {
      Event: event.id,
      Registration: registration.id,
      Notification: notification,
      Session: viewer.session.id,
      User: ada.id,
      Role: viewer.user.role.id,
      ...(await seedRules(administrator, ada)),
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

/** Calls a mutation that must succeed, and gives what is selected of its payload. */
export async function change(by: Client, call: string, selection = '__typename'): Promise<Json> {
  const data = await by.data(`mutation { change: ${call} { ${selection} userErrors { code message } } }`);
  if (data.change.userErrors.length > 0) throw new Error(JSON.stringify(data.change.userErrors));
  return data.change;
}
