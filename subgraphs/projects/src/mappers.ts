import type { Project } from '@kronos/prisma-projects';
import type { Connection } from '@kronos/subgraph';

// What resolvers hand on for each type of the SDL; codegen reads the names.
export type ProjectMapper = Project;
export type ProjectConnectionMapper = Connection<Project>;
