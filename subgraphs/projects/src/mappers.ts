/** The rows behind the GraphQL types, for codegen. */
import type {
  ContentAnalysis,
  GenerationJob,
  MediaAsset,
  Project,
  ProjectVersion,
  Scene,
} from '@kronos/prisma-projects';
import type { Connection } from '@kronos/subgraph';

export type ProjectMapper = Project;
export type ProjectConnectionMapper = Connection<Project>;
export type MediaAssetMapper = MediaAsset;
export type MediaAssetConnectionMapper = Connection<MediaAsset>;
export type ContentAnalysisMapper = ContentAnalysis;
export type ContentAnalysisConnectionMapper = Connection<ContentAnalysis>;
export type SceneMapper = Scene;
export type SceneConnectionMapper = Connection<Scene>;
export type GenerationJobMapper = GenerationJob;
export type GenerationJobConnectionMapper = Connection<GenerationJob>;
export type ProjectVersionMapper = ProjectVersion;
export type ProjectVersionConnectionMapper = Connection<ProjectVersion>;
/** All that this domain knows of a person: their UUID. */
export type UserMapper = { id: string };
