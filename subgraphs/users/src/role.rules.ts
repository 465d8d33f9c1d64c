import type { Prisma } from '@kronos/prisma-users';
import type { Viewer } from '@kronos/subgraph';
import { z } from 'zod';
import type { RoleRow } from './loaders.ts';
import { optionalText } from './text.rules.ts';

/** Whoever holds it administers the system: at least one person always does. */
export const adminRole = 'admin';

/** Everyone holds it, always. */
export const basicRole = 'user';

/** How many roles there may be: few enough that all of them are read wherever one of them counts. */
export const maxRoles = 500;

/** The permissions that roles add up to, each once, in alphabetical order of the scopes. */
export function distinctPermissions(roles: Iterable<Pick<RoleRow, 'permissions'>>) {
  const byScope = new Map(
    [...roles].flatMap((role) =>
      role.permissions.map(({ permission }) => [permission.scope, permission] as const),
    ),
  );
  return [...byScope.values()].sort((a, b) => (a.scope < b.scope ? -1 : 1));
}

/** Those of some scopes that the viewer does not have, and so cannot give. */
export function scopesBeyond(viewer: Viewer | null, scopes: Iterable<string>): string[] {
  return [...scopes].filter((scope) => !viewer?.scopes.has(scope));
}

/** Everyone who holds one of these roles by themselves or by a group, as a condition for the database. */
export function holding(roleIds: string[]): Prisma.UserWhereInput {
  const held = { some: { roleId: { in: roleIds } } };
  return { OR: [{ roles: held }, { groups: { some: { group: { roles: held } } } }] };
}

const names = (most: number, of: string) =>
  z
    .array(z.string())
    .max(most, `At most ${most} ${of}.`)
    .transform((all) => [...new Set(all)]);

const fields = {
  description: optionalText(500, 'The description'),
  rank: z.int().min(1, 'The rank is 1 to 99.').max(99, 'The rank is 1 to 99.'),
  permissions: names(200, 'permissions'),
  inherits: names(20, 'roles to inherit'),
};

/** Names of roles that a group gives. */
export const rolesOfGroup = names(20, 'roles');

/** What `roleCreate` takes. */
export const roleShape = z.object({
  ...fields,
  name: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{1,39}$/,
      'A name has 2 to 40 small letters, digits and hyphens, the first a letter.',
    ),
  description: fields.description.default(null),
  rank: fields.rank.nullish().transform((rank) => rank ?? 1),
  inherits: fields.inherits.nullish().transform((inherited) => inherited ?? []),
});

/** What `roleUpdate` takes: null leaves everything but the description as it is. */
export const roleChanges = z.object({
  description: fields.description.optional(),
  rank: fields.rank.nullish(),
  permissions: fields.permissions.nullish(),
  inherits: fields.inherits.nullish(),
});
