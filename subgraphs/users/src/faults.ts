import { UserFault } from '@kronos/subgraph';

/** @param field the argument that names a person whom there is not */
export function noSuchUser(field: string[]): UserFault {
  return new UserFault({ code: 'NOT_FOUND', message: 'There is nobody of this id.', field });
}

/** @param field the argument that names a role which there is not */
export function noSuchRole(field: string[]): UserFault {
  return new UserFault({ code: 'NOT_FOUND', message: 'There is no role of this name.', field });
}
