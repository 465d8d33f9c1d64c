import { notFound, subscription } from '@kronos/subgraph';
import type { Context } from './context.ts';

/** New projects, as they come. */
export const projectCreated = subscription(
  {
    domain: 'projects',
    names: ['projectCreated'],
    resolve: async ({ payload }, _args: object, { loaders }: Context) => {
      const project = await loaders.project.load(payload.projectId);
      if (!project) throw notFound('There is no project of this id any more.');
      return { project };
    },
  },
  ({ log }) => log,
);
