import { expect, test } from 'vitest';
import { decodeId, encodeId, newId, tryDecodeId, tryParseId } from './ids.ts';

test('an id survives the way out and back, and names its type', () => {
  const uuid = newId();
  const id = encodeId('user', uuid);
  expect(id).toMatch(/^user_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
  expect(decodeId('user', id)).toBe(uuid);
});

test('ids made later sort later, at the edge as in the database', () => {
  const uuids = Array.from({ length: 100 }, newId);
  expect(uuids.toSorted()).toEqual(uuids);
  const ids = uuids.map((uuid) => encodeId('order', uuid));
  expect(ids.toSorted()).toEqual(ids);
});

test.each([
  ['another type', encodeId('session', newId())],
  ['no prefix', encodeId('user', newId()).slice(5)],
  ['a UUID', newId()],
  ['nothing', ''],
  ['too many bits', 'user_8zzzzzzzzzzzzzzzzzzzzzzzzz'],
  ['upper case', encodeId('user', newId()).toUpperCase()],
])('%s is refused', (_what, id) => {
  expect(tryDecodeId('user', id)).toBeNull();
  expect(() => decodeId('user', id)).toThrow(
    expect.objectContaining({ extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }) }),
  );
});

test('an id of any type says what it is', () => {
  const uuid = newId();
  expect(tryParseId(encodeId('acl_entry', uuid))).toEqual({ prefix: 'acl_entry', uuid });
  for (const id of [
    '',
    uuid,
    encodeId('user', uuid).slice(5),
    'user_nonsense',
    'User_01h455vb4pex5vsknk084sn02q',
  ])
    expect(tryParseId(id)).toBeNull();
});
