import type { ClientApplication } from '@kronos/prisma-router';
import type { Viewer } from '@kronos/subgraph';

/** Whether someone may see the rules of the edge, and what others have used. */
export function mayReadRules(viewer: Viewer | null): boolean {
  return viewer?.scopes.has('router:read') ?? false;
}

/** Whether someone may see a client application: with the right to read all rules, or as its owner. */
export function maySeeClient(viewer: Viewer | null, client: Pick<ClientApplication, 'ownerId'>): boolean {
  return mayReadRules(viewer) || (viewer !== null && client.ownerId === viewer.userId);
}

/** Whether someone may see what a person has used. @param userId a UUID */
export function maySeeUsage(viewer: Viewer | null, userId: string): boolean {
  return mayReadRules(viewer) || viewer?.userId === userId;
}
