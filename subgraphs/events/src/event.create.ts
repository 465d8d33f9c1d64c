import type { Event, Prisma } from '@kronos/prisma-events';
import { mutation, newId, validInput } from '@kronos/subgraph';
import type { MutationResolvers } from './__generated__/types.ts';
import { type Context, viewerOf } from './context.ts';
import { eventCreateSchema } from './event.rules.ts';
import { slugCandidates } from './event.slug.ts';
import { announceCreated, announceOwner } from './event.write.ts';

export const eventCreate: MutationResolvers<Context>['eventCreate'] = mutation(
  async (_parent, { input }, context) => {
    const now = new Date();
    const { publish, ...values } = validInput(eventCreateSchema(now), input);
    const organizerId = viewerOf(context).userId;

    const event = await context.db.$transaction(async (tx) => {
      const event = await insertWithSlug(tx, {
        ...values,
        id: newId(),
        organizerId,
        publishedAt: publish ? now : null,
      });
      await announceOwner(tx, event);
      if (publish) await announceCreated(tx, event);
      return event;
    });
    return { event };
  },
);

/** Inserts the event under the first free slug, whoever else is taking slugs at the same time. */
async function insertWithSlug(
  tx: Prisma.TransactionClient,
  values: Omit<Prisma.EventCreateManyInput, 'slug'>,
): Promise<Event> {
  const isFoundByAll = values.visibility === 'PUBLIC' && values.publishedAt !== null;
  for (const slug of slugCandidates(values.title, isFoundByAll)) {
    // ON CONFLICT DO NOTHING: a taken slug costs one more turn, where an error would cost the transaction.
    const [event] = await tx.event.createManyAndReturn({ data: [{ ...values, slug }], skipDuplicates: true });
    if (event) return event;
  }
  throw new Error('The candidates for a slug never end.');
}
