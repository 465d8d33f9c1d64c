import type { AclEntry, User } from '@kronos/prisma-users';
import type { Connection } from '@kronos/subgraph';
import type { Decision, Step } from './access.decide.ts';
import type { GroupRow, RoleRow } from './loaders.ts';

// What resolvers hand on for each type of the SDL; codegen reads the names.
export type UserMapper = User;
export type RoleMapper = RoleRow;
export type GroupMapper = GroupRow;
export type AclEntryMapper = AclEntry;
export type AccessCheckMapper = Decision;
export type AccessPathStepMapper = Step;
export type UserConnectionMapper = Connection<User>;
export type GroupConnectionMapper = Connection<GroupRow>;
export type AclEntryConnectionMapper = Connection<AclEntry>;
