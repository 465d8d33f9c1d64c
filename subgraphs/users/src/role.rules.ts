import type { RoleRow } from './loaders.ts';

/** Whoever holds it administers the system: at least one person always does. */
export const adminRole = 'admin';

/** Everyone holds it, always. */
export const basicRole = 'user';

/** The permissions that roles add up to, each once, in alphabetical order of the scopes. */
export function distinctPermissions(roles: readonly Pick<RoleRow, 'permissions'>[]) {
  const byScope = new Map(
    roles.flatMap((role) =>
      role.permissions.map(({ permission }) => [permission.scope, permission] as const),
    ),
  );
  return [...byScope.values()].sort((a, b) => (a.scope < b.scope ? -1 : 1));
}
