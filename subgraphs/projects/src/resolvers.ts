import { animationGenerate } from './animation.generate.ts';
import { contentAnalysisCancel } from './content-analysis.cancel.ts';
import { contentAnalysisComplete } from './content-analysis.complete.ts';
import { contentAnalysisRequest, scenesExtract } from './content-analysis.request.ts';
import { ContentAnalysis, contentAnalysisQueries } from './content-analysis.ts';
import { generationJobCancel } from './generation-job.cancel.ts';
import { GenerationJob, generationJobQueries } from './generation-job.ts';
import { generationJobUpdate } from './generation-job.update.ts';
import { mediaAssetAdd } from './media-asset.add.ts';
import { MediaAsset, mediaAssetQueries } from './media-asset.ts';
import { generationPreferencesUpdate } from './preferences.ts';
import { projectCreate } from './project.create.ts';
import { projectDelete } from './project.delete.ts';
import { projectImport } from './project.import.ts';
import { Project, projectQueries } from './project.ts';
import { projectUpdate } from './project.update.ts';
import { projectVersionRestore } from './project-version.restore.ts';
import { ProjectVersion } from './project-version.ts';
import { Scene } from './scene.ts';
import { scenesWrite } from './scenes.write.ts';
import { Subscription } from './subscriptions.ts';
import { User } from './user.ts';

/** Every field of `schema.graphql` that is more than a column of its row. */
export const resolvers = {
  Query: { ...projectQueries, ...mediaAssetQueries, ...contentAnalysisQueries, ...generationJobQueries },
  Mutation: {
    ...{ projectCreate, projectImport, projectUpdate, projectVersionRestore, projectDelete, mediaAssetAdd },
    ...{ contentAnalysisRequest, contentAnalysisCancel, contentAnalysisComplete, scenesExtract, scenesWrite },
    ...{ animationGenerate, generationJobCancel, generationJobUpdate, generationPreferencesUpdate },
  },
  Subscription,
  Project,
  MediaAsset,
  ContentAnalysis,
  Scene,
  GenerationJob,
  ProjectVersion,
  User,
};
