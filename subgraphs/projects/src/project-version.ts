import { encodeId, tryDecodeId } from '@kronos/subgraph';
import type { ProjectVersionResolvers } from './__generated__/types.ts';

export const ProjectVersion: ProjectVersionResolvers = {
  __resolveReference({ id }, { loaders }) {
    const uuid = tryDecodeId('project_version', id);
    return uuid === null ? null : loaders.projectVersion.load(uuid);
  },
  id: ({ id }) => encodeId('project_version', id),
  project: ({ projectId }, _args, { loaders }) => loaders.project.load(projectId),
  parameters: ({ parameters }) => parameters as Record<string, unknown>,
  changedBy: ({ changedBy }) => (changedBy ? { id: changedBy } : null),
};
