import type { Resolvers } from './__generated__/types.ts';
import { AccessPathStep, accessCheck, accessChecks } from './access.check.ts';
import { accessibleResources } from './access.resources.ts';
import { resourceSubjects } from './access.subjects.ts';
import { aclEntryGrant, aclEntryRevoke } from './acl.grant.ts';
import { AclEntry, aclEntries } from './acl.ts';
import { DataExport, DataExportPart, dataExport, dataExportUpdated } from './data-export/data-export.ts';
import { userDataExport } from './data-export/user.data-export.ts';
import {
  ErasureRequest,
  erasureRequest,
  erasureRequestUpdated,
  userErased,
} from './erasure/erasure-request.ts';
import { userErase, userEraseCancel } from './erasure/user.erase.ts';
import { groupMembersUpdate } from './group.members.ts';
import { Group, group, groups } from './group.ts';
import { groupCreate, groupDelete, groupUpdate } from './group.write.ts';
import { UserPreferences, userPreferencesUpdate } from './preferences.ts';
import { roleAssign, roleUnassign } from './role.assign.ts';
import { permissions, Role, role, roles } from './role.ts';
import { roleCreate, roleDelete, roleUpdate } from './role.write.ts';
import { Suspension } from './suspension.ts';
import { accessChanged, userUpdated } from './user.events.ts';
import { userReinstate, userSuspend } from './user.suspend.ts';
import { User, user, users } from './user.ts';
import { userUpdate } from './user.update.ts';

/** Every field of the schema that is more than a property of its parent. */
export const resolvers: Resolvers = {
  Query: {
    ...{
      user,
      users,
      roles,
      role,
      permissions,
      groups,
      group,
      aclEntries,
      accessCheck,
      accessChecks,
      accessibleResources,
      resourceSubjects,
    },
    ...{ erasureRequest, dataExport },
  },
  Mutation: {
    userUpdate,
    ...{ roleAssign, roleUnassign, roleCreate, roleUpdate, roleDelete },
    ...{ aclEntryGrant, aclEntryRevoke },
    ...{ groupCreate, groupUpdate, groupDelete, groupMembersUpdate },
    userPreferencesUpdate,
    ...{ userSuspend, userReinstate, userErase, userEraseCancel, userDataExport },
  },
  Subscription: {
    ...{ userUpdated, accessChanged },
    ...{ erasureRequestUpdated, userErased, dataExportUpdated },
  },
  User,
  UserPreferences,
  Suspension,
  ErasureRequest,
  DataExport,
  DataExportPart,
  Role,
  Group,
  AclEntry,
  AccessPathStep,
};
