import { eventCancel } from './event.cancel.ts';
import { eventCreate } from './event.create.ts';
import { eventPublish } from './event.publish.ts';
import { Event, eventQueries } from './event.ts';
import { eventUpdate } from './event.update.ts';
import { registrationCancel } from './registration.cancel.ts';
import { registrationCreate } from './registration.create.ts';
import { Registration, registrationQueries } from './registration.ts';
import { Subscription } from './subscriptions.ts';
import { User } from './user.ts';

/** Every field of `schema.graphql` that is more than a column of its row. */
export const resolvers = {
  Query: { ...eventQueries, ...registrationQueries },
  Mutation: { eventCreate, eventUpdate, eventPublish, eventCancel, registrationCreate, registrationCancel },
  Subscription,
  Event,
  Registration,
  User,
};
