import type { UserPreferences as UserPreferencesRow } from '@kronos/prisma-users';
import { mutation, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type {
  MutationUserPreferencesUpdateArgs,
  UserPreferencesResolvers,
  UserResolvers,
} from './__generated__/types.ts';
import type { Context } from './context.ts';
import { mayReadPrivate } from './privacy.rules.ts';
import { changePerson } from './user.change.ts';

const [longestJson, deepestJson] = [8192, 8];

/** What everybody begins with; the columns have the same defaults. */
const defaults: Omit<UserPreferencesRow, 'userId'> = {
  theme: 'SYSTEM',
  emailDigest: 'NEVER',
  channels: ['IN_APP'],
  generation: {},
};

const change = z.object({
  theme: z
    .enum(['SYSTEM', 'LIGHT', 'DARK'])
    .nullish()
    .transform((value) => value ?? undefined),
  emailDigest: z
    .enum(['NEVER', 'DAILY', 'WEEKLY'])
    .nullish()
    .transform((value) => value ?? undefined),
  notificationChannels: z
    .array(z.enum(['IN_APP', 'EMAIL']))
    .nullish()
    .transform((value) => value && [...new Set(value)]),
  generation: z
    .custom<Record<string, unknown>>()
    .refine((value) => !value || depthOf(value) <= deepestJson, `At most ${deepestJson} levels.`)
    .refine(
      (value) => !value || JSON.stringify(value).length <= longestJson,
      `At most ${longestJson} characters of JSON.`,
    )
    .refine(
      (value) => !value || !JSON.stringify(value).includes('\\u0000'),
      'It cannot hold the NUL character.',
    )
    .nullish(),
});

/** Changes what someone likes. */
export const userPreferencesUpdate = mutation(
  (_parent: unknown, { id, input }: MutationUserPreferencesUpdateArgs, context: Context) =>
    changePerson(context, id, (tx, userId) => {
      const { notificationChannels, generation, ...rest } = validInput(change, input);
      const data = {
        ...rest,
        ...(notificationChannels && { channels: notificationChannels }),
        ...(generation && { generation: generation as object }),
      };
      return tx.userPreferences.upsert({ where: { userId }, create: { userId, ...data }, update: data });
    }),
);

/** What someone likes, for themselves and those who may read what no profile shows. */
export const preferences: UserResolvers['preferences'] = async ({ id: userId }, _args, { db, viewer }) => {
  if (!mayReadPrivate(viewer, userId)) return null;
  return (await db.userPreferences.findUnique({ where: { userId } })) ?? { userId, ...defaults };
};

export const UserPreferences: UserPreferencesResolvers = {
  notificationChannels: ({ channels }) => channels,
  generation: ({ generation }) => generation as Record<string, unknown>,
};

/** How many objects and lists lie in one another. It goes no deeper than it has to. */
function depthOf(value: unknown, level = 0): number {
  if (typeof value !== 'object' || value === null || level > deepestJson) return level;
  return Math.max(level + 1, ...Object.values(value).map((inner) => depthOf(inner, level + 1)));
}
