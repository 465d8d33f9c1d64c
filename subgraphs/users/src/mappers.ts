import type {
  AclEntry,
  DataExport,
  DataExportPart,
  DataExportStep,
  ErasureRequest,
  ErasureStep,
  Suspension,
  User,
  UserPreferences,
} from '@kronos/prisma-users';
import type { Connection, Edge } from '@kronos/subgraph';
import type { Decision, Step } from './access.decide.ts';
import type { AccessibleResource } from './access.resources.ts';
import type { GroupRow, RoleRow } from './loaders.ts';

// What resolvers hand on for each type of the SDL; codegen reads the names.
export type UserMapper = User;
export type SuspensionMapper = Suspension;
export type RoleMapper = RoleRow;
export type GroupMapper = GroupRow;
export type AclEntryMapper = AclEntry;
export type AccessCheckMapper = Decision;
export type AccessPathStepMapper = Step;
export type UserConnectionMapper = Connection<User>;
export type GroupConnectionMapper = Connection<GroupRow>;
export type AclEntryConnectionMapper = Connection<AclEntry>;
export type ErasureRequestMapper = ErasureRequest;
export type ErasureStepMapper = ErasureStep;
export type DataExportMapper = DataExport;
export type DataExportStepMapper = DataExportStep;
export type DataExportPartMapper = DataExportPart;
export type DataExportPartConnectionMapper = Connection<DataExportPartMapper>;
export type UserPreferencesMapper = UserPreferences;
export type AccessibleResourceMapper = AccessibleResource;
export type ResourceSubjectConnectionMapper = Connection<User> & { edges: ResourceSubjectEdgeMapper[] };
export type ResourceSubjectEdgeMapper = Edge<User> & { check: Decision };
export type AccessibleResourceConnectionMapper = Connection<AccessibleResource> & { everything: boolean };
export type AccessibleResourceEdgeMapper = Edge<AccessibleResource>;
