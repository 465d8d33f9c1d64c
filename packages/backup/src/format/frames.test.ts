import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decryptFrames, encryptFrames, frameBytes } from './frames.ts';

const key = randomBytes(32);

async function* cut(bytes: Buffer, size: number) {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function collect(source: AsyncIterable<Uint8Array>) {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}

const encrypt = (bytes: Buffer, place = 'users/user') =>
  collect(encryptFrames(cut(bytes, 70_000), key, place));
const decrypt = (bytes: Buffer, place = 'users/user', size = 65_536) =>
  collect(decryptFrames(cut(bytes, size), key, place));

test.each([0, 1, frameBytes - 1, frameBytes, frameBytes + 1, 3 * frameBytes])(
  '%i bytes come back',
  async (size) => {
    const bytes = randomBytes(size);
    const encrypted = await encrypt(bytes);
    expect((await decrypt(encrypted)).equals(bytes)).toBe(true);
    expect((await decrypt(encrypted, 'users/user', 1_000)).equals(bytes)).toBe(true);
  },
);

test('whatever is cut off, flipped, doubled or put elsewhere is found', async () => {
  const bytes = randomBytes(2 * frameBytes + 100);
  const encrypted = await encrypt(bytes);
  const frame = 4 + frameBytes + 16;
  await expect(decrypt(encrypted, 'users/role')).rejects.toMatchObject({ reason: 'ALTERED' });
  // Frames that are each whole: the first twice, the second before the first, the last left out, something behind the end.
  const [one, two, last] = [
    encrypted.subarray(0, frame),
    encrypted.subarray(frame, 2 * frame),
    encrypted.subarray(2 * frame),
  ];
  await expect(decrypt(Buffer.concat([one, one, last]))).rejects.toMatchObject({ reason: 'ALTERED' });
  await expect(decrypt(Buffer.concat([two, one, last]))).rejects.toMatchObject({ reason: 'ALTERED' });
  await expect(decrypt(Buffer.concat([one, two]))).rejects.toMatchObject({ reason: 'TRUNCATED' });
  await expect(decrypt(Buffer.concat([encrypted, one]))).rejects.toMatchObject({ reason: 'ALTERED' });
  await expect(decrypt(Buffer.alloc(0))).rejects.toMatchObject({ reason: 'TRUNCATED' });

  await fc.assert(
    fc.asyncProperty(fc.nat(encrypted.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const altered = Buffer.from(encrypted);
      altered[at]! ^= change;
      await expect(decrypt(altered)).rejects.toMatchObject({ name: 'BackupFault' });
      await expect(decrypt(encrypted.subarray(0, at))).rejects.toMatchObject({ name: 'BackupFault' });
    }),
    { numRuns: 40 },
  );
});
