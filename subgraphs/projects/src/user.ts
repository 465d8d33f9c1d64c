import { encodeId, tryDecodeId, type Viewer } from '@kronos/subgraph';
import type { UserResolvers } from './__generated__/types.ts';
import { preferencesOf } from './preferences.ts';
import { listProjects } from './project.list.ts';
import { manages } from './project.visibility.ts';

/** What this domain adds to people, of whom it knows the id and nothing else. */
export const User: UserResolvers = {
  __resolveReference({ id }) {
    const uuid = tryDecodeId('user', id);
    return uuid === null ? null : { id: uuid };
  },
  id: ({ id }) => encodeId('user', id),
  projects: ({ id }, args, context) => listProjects(args, context, { userId: id }),
  async projectCount({ id }, _args, { viewer, loaders }) {
    if (!isSelf(viewer, id) && !manages(viewer)) return null;
    return (await loaders.projectCount.load(id))?._count ?? 0;
  },
  generationPreferences: ({ id }, _args, context) =>
    isSelf(context.viewer, id) ? preferencesOf(id, context) : null,
};

function isSelf(viewer: Viewer | null, userId: string): boolean {
  return viewer?.userId === userId;
}
