import { decodeId, encodeId, tryDecodeId } from '@kronos/subgraph';
import type { QueryResolvers, RegistrationResolvers } from './__generated__/types.ts';
import type { Context } from './context.ts';

/** Reading registrations; writing them is in `registration.create.ts` and `registration.cancel.ts`. */
export const registrationQueries: Pick<QueryResolvers<Context>, 'registration'> = {
  registration: (_parent, { id }, { loaders }) => loaders.registration.load(decodeId('registration', id)),
};

export const Registration: RegistrationResolvers<Context> = {
  __resolveReference({ id }, { loaders }) {
    const uuid = tryDecodeId('registration', id);
    return uuid === null ? null : loaders.registration.load(uuid);
  },
  id: (registration) => encodeId('registration', registration.id),
  event: (registration, _args, { loaders }) => loaders.event.load(registration.eventId),
  attendee: (registration) => ({ id: registration.attendeeId }),
};
