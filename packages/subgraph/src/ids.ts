import { TypeID } from 'typeid-js';
import { v7 } from 'uuid';
import { badUserInput } from './errors.ts';

/** A new primary key: a UUIDv7, so that rows made later sort later. */
export function newId(): string {
  return v7();
}

/**
 * The id that clients see: a TypeID, `<prefix>_<26 characters>`.
 *
 * @param prefix names the type, e.g. `user`
 * @param uuid the primary key
 * @see https://github.com/jetify-com/typeid/tree/main/spec
 */
export function encodeId(prefix: string, uuid: string): string {
  return TypeID.fromUUID(prefix, uuid).toString();
}

/** The UUID inside a TypeID, or null when it is not a TypeID of this prefix. */
export function tryDecodeId(prefix: string, id: string): string | null {
  try {
    return TypeID.fromString(id, prefix).toUUID();
  } catch {
    return null;
  }
}

/**
 * The UUID inside a TypeID that a client gave.
 *
 * @throws BAD_USER_INPUT when it is not a TypeID of this prefix
 */
export function decodeId(prefix: string, id: string): string {
  const uuid = tryDecodeId(prefix, id);
  if (uuid === null) throw badUserInput(`“${id}” is not an id of this type: expected ${prefix}_….`);
  return uuid;
}

/** What an id of any type says: the prefix of its type and the UUID; null when it is no TypeID with a prefix. */
export function tryParseId(id: string): { prefix: string; uuid: string } | null {
  try {
    const typeId = TypeID.fromString(id);
    return typeId.getType() === '' ? null : { prefix: typeId.getType(), uuid: typeId.toUUID() };
  } catch {
    return null;
  }
}
