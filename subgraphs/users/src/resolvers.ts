import type { Resolvers } from './__generated__/types.ts';
import { roleAssign, roleUnassign } from './role.assign.ts';
import { permissions, Role, role, roles } from './role.ts';
import { accessChanged, userUpdated } from './user.events.ts';
import { User, user, users } from './user.ts';
import { userUpdate } from './user.update.ts';

/** Every field of the schema that is more than a property of its parent. */
export const resolvers: Resolvers = {
  Query: { user, users, roles, role, permissions },
  Mutation: { userUpdate, roleAssign, roleUnassign },
  Subscription: { userUpdated, accessChanged },
  User,
  Role,
};
