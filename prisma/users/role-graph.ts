/** What is needed of a role to tell what it amounts to. */
export interface GraphRole {
  id: string;
  name: string;
  rank: number;
  /** What it allows by itself. */
  permissions: readonly { scope: string }[];
  /** The roles whose rights it has too. */
  inherits: readonly { inheritedId: string }[];
}

/** All roles by their ids. */
export type RoleGraph<Role extends GraphRole = GraphRole> = ReadonlyMap<string, Role>;

/**
 * The roles that someone has who holds some, with those that these inherit, each once.
 *
 * @param roleIds held
 * @returns each role with the one that led to it, null for those held; the nearest first
 */
export function closureOf<Role extends GraphRole>(
  graph: RoleGraph<Role>,
  roleIds: Iterable<string>,
): Map<Role, Role | null> {
  const via = new Map<Role, Role | null>();
  for (const id of roleIds) {
    const role = graph.get(id);
    if (role) via.set(role, null);
  }
  // A Map is walked in the order of insertion, what is added on the way included: breadth first, and cycles end.
  for (const role of via.keys()) {
    for (const { inheritedId } of role.inherits) {
      const inherited = graph.get(inheritedId);
      if (inherited && !via.has(inherited)) via.set(inherited, role);
    }
  }
  return via;
}

/** The roles that have all that one of these has: they themselves and their heirs, as ids. */
export function heirsOf(graph: RoleGraph, roleIds: readonly string[]): string[] {
  const heirs = new Map<string, string[]>();
  for (const { id, inherits } of graph.values())
    for (const { inheritedId } of inherits) heirs.set(inheritedId, [...(heirs.get(inheritedId) ?? []), id]);
  const found = new Set(roleIds);
  for (const id of found) for (const heir of heirs.get(id) ?? []) found.add(heir);
  return [...found];
}

/** The highest role first; of two of the same rank, by name. */
export function byRank(a: GraphRole, b: GraphRole): number {
  return b.rank - a.rank || (a.name < b.name ? -1 : 1);
}

/** What roles allow together, in alphabetical order. */
export function scopesOf(roles: Iterable<GraphRole>): string[] {
  const scopes = [...roles].flatMap((role) => role.permissions.map(({ scope }) => scope));
  return [...new Set(scopes)].sort();
}
