import { type Client, client, logIn, type Person, signUp } from '../kit/client.ts';
import { createEvent, register, until } from '../kit/graph.ts';

/** Ada's things, and who may want to see them. */
export interface Seed {
  stranger: Client;
  ada: Person;
  grace: Person;
  /** The ids of what is Ada's, by type. */
  ids: Readonly<Record<'Event' | 'Registration' | 'Notification' | 'Session' | 'User', string>>;
  /** Ada again, whose sessions some mutations end. */
  adaAgain(): Promise<Client>;
}

/** Ada organises a public event, registers for it herself, and is told of that. */
export async function seed(): Promise<Seed> {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')];
  const notifications = await ada.listen('subscription { notificationReceived { notification { id } } }');
  const event = await createEvent(ada, { visibility: 'PUBLIC', capacity: 5, description: 'A launch.' });
  const { registration } = await register(ada, event.id);
  const notified = await until(notifications, (result) => result.data?.notificationReceived);
  await notifications.return?.();
  const { viewer } = await ada.data('{ viewer { session { id } } }');
  return {
    stranger: client(),
    ada,
    grace,
    ids: {
      Event: event.id,
      Registration: registration.id,
      Notification: notified.data.notificationReceived.notification.id,
      Session: viewer.session.id,
      User: ada.id,
    },
    adaAgain: () => logIn(ada),
  };
}
