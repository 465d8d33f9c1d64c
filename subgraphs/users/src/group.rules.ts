import { z } from 'zod';
import { rolesOfGroup } from './role.rules.ts';
import { nameForPeople, optionalText } from './text.rules.ts';

/** How many members a group may have. */
export const maxMembers = 10_000;

/** How many groups a person may belong to: all of them are named whenever their rights are announced. */
export const maxGroupsOfPerson = 100;

const maxAtOnce = 100;
const description = optionalText(500, 'The description');

/** What `groupCreate` takes. */
export const groupShape = z.object({
  name: nameForPeople(),
  description: description.default(null),
  roles: rolesOfGroup.nullish().transform((roles) => roles ?? []),
});

/** What `groupUpdate` takes. */
export const groupChanges = z.object({
  name: nameForPeople().optional(),
  description: description.optional(),
  roles: rolesOfGroup.nullish(),
});

const people = z
  .array(z.string())
  .max(maxAtOnce, `At most ${maxAtOnce} people at once.`)
  .nullish()
  .transform((ids) => [...new Set(ids ?? [])]);

/** What `groupMembersUpdate` takes. */
export const membersChange = z
  .object({ add: people, remove: people })
  .refine(({ add, remove }) => !add.some((id) => remove.includes(id)), {
    path: ['remove'],
    error: 'Nobody comes and goes at once.',
  });
