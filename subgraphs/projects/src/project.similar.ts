import { badUserInput } from '@kronos/subgraph';
import type { ProjectResolvers } from './__generated__/types.ts';

const most = 50;

/** `Project.similar`: those like it that the caller may see; null where nothing compares them. */
export const similar: ProjectResolvers['similar'] = async ({ id }, args, { similarity, loaders }) => {
  const first = args.first ?? 10;
  if (first < 1 || first > most) throw badUserInput(`Ask for 1 to ${most} projects, not ${first}.`);
  if (!similarity) return null;
  const alike = await loaders.alike.load(id);
  const found = await Promise.all((alike?.like ?? []).map((projectId) => loaders.project.load(projectId)));
  return found.filter((project) => project !== null).slice(0, first);
};
