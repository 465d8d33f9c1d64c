/**
 * What a connection is opened with (`options` of pg) so that everything on it is done by a role of which its user is a member.
 *
 * @param role as it stands in `pg_roles`; nothing is changed when it is omitted
 */
export function asRole(role: string | undefined): string | undefined {
  // PostgreSQL splits the options at blanks, and takes a backslash before one as the blank itself.
  return role === undefined ? undefined : `-c role=${role.replaceAll(/[\\\s]/g, String.raw`\$&`)}`;
}
