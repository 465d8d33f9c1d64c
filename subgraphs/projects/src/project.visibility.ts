import type { Prisma } from '@kronos/prisma-projects';
import { type Access, type Caller, scopesOf, type Viewer } from '@kronos/subgraph';

/** Who asks: a person, a service, or nobody known. */
export type Asker = Pick<Caller, 'viewer' | 'service'>;

/** Whether the caller sees and changes everybody's projects. */
export function manages(viewer: Viewer | null): boolean {
  return viewer?.scopes.has('projects:manage') ?? false;
}

/** Whether the caller is a service, or works for one, that analyses content and makes animations. */
function analyses(asker: Asker): boolean {
  return scopesOf(asker)?.has('projects:analyze') ?? false;
}

/**
 * The one place that decides who sees a project, and with it all that belongs to it: as a condition for the database.
 * What entries keep from someone is kept from its owner too, but not from those who manage all projects.
 */
export function seenBy(asker: Asker, access: Access): Prisma.ProjectWhereInput {
  const { viewer } = asker;
  if (analyses(asker) || manages(viewer)) return {};
  if (!viewer) return { id: { in: [] } };
  return access.where<Prisma.ProjectWhereInput>('projects:read', { userId: viewer.userId });
}
