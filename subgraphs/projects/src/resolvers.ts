import type { Resolvers } from './__generated__/types.ts';
import { projectCreate } from './project.create.ts';
import { projectCreated } from './project.created.ts';
import { Project, project, projects } from './project.ts';

/** Every field of the schema that is more than a property of its parent. */
export const resolvers: Resolvers = {
  Query: { project, projects },
  Mutation: { projectCreate },
  Subscription: { projectCreated },
  Project,
};
