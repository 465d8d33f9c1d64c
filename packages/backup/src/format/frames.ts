import { createCipheriv, createDecipheriv } from 'node:crypto';
import { BackupFault } from '../faults.ts';

/**
 * A file of a backup is a row of frames: four bytes of length, as many bytes encrypted, sixteen of proof (AES-256-GCM). The
 * number of a frame and whether it is the last are its nonce, so that frames that are missing, doubled, in another order or
 * of another file do not open. It is the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015).
 */
const cipher = 'aes-256-gcm';
const lengthBytes = 4;
const tagBytes = 16;
const lastBit = 0x8000_0000;

/** How much one frame holds at most: what both sides keep in memory of a file of any size. */
export const frameBytes = 256 * 1024;

/**
 * Encrypts a stream of any length.
 *
 * @param key 32 bytes that encrypt this one file and nothing else: nonces count from zero
 * @param place what the frames belong to; it is no secret, and not part of them
 */
export async function* encryptFrames(
  source: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  place: string,
): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let number = 0;
  for await (const part of source) {
    parts.push(part);
    size += part.length;
    if (size <= frameBytes) continue;
    const bytes = Buffer.concat(parts, size);
    let start = 0;
    // The last frame is known by what follows it, so one that is full waits for more.
    for (; size - start > frameBytes; start += frameBytes)
      yield* frame(key, place, number++, bytes.subarray(start, start + frameBytes), false);
    parts = [bytes.subarray(start)];
    size -= start;
  }
  yield* frame(key, place, number, Buffer.concat(parts, size), true);
}

/**
 * Decrypts what `encryptFrames` has made, frame by frame.
 *
 * @throws BackupFault ALTERED or TRUNCATED; what was given before is genuine, though not all
 */
export async function* decryptFrames(
  source: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  place: string,
): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let number = 0;
  let isOver = false;
  let parts: Uint8Array[] = [];
  let size = 0;
  let wanted = lengthBytes;
  for await (const part of source) {
    parts.push(part);
    size += part.length;
    if (size < wanted) continue;
    held = Buffer.concat(parts, size);
    for (;;) {
      if (held.length === 0) break;
      if (isOver) throw altered(place);
      if (held.length < lengthBytes) break;
      const header = held.readUInt32BE(0);
      const isLast = (header & lastBit) !== 0;
      const length = (header & ~lastBit) >>> 0;
      if (length > frameBytes) throw altered(place);
      wanted = lengthBytes + length + tagBytes;
      if (held.length < wanted) break;
      yield open(key, place, number, held.subarray(lengthBytes, wanted), isLast);
      held = held.subarray(wanted);
      wanted = lengthBytes;
      number += 1;
      isOver = isLast;
    }
    parts = [held];
    size = held.length;
  }
  if (!isOver || size > 0) throw new BackupFault('TRUNCATED', `${place} ends before its end`);
}

function* frame(key: Uint8Array, place: string, number: number, bytes: Buffer, isLast: boolean) {
  const header = Buffer.alloc(lengthBytes);
  header.writeUInt32BE((bytes.length | (isLast ? lastBit : 0)) >>> 0);
  const encryption = createCipheriv(cipher, key, nonce(number, isLast), { authTagLength: tagBytes });
  encryption.setAAD(Buffer.from(place));
  yield header;
  yield encryption.update(bytes);
  encryption.final();
  yield encryption.getAuthTag();
}

function open(key: Uint8Array, place: string, number: number, bytes: Buffer, isLast: boolean): Buffer {
  const decryption = createDecipheriv(cipher, key, nonce(number, isLast), { authTagLength: tagBytes });
  decryption.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-tagBytes));
  const opened = decryption.update(bytes.subarray(0, -tagBytes));
  try {
    decryption.final();
  } catch {
    throw altered(place);
  }
  return opened;
}

function nonce(number: number, isLast: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUIntBE(number, 5, 6);
  bytes[11] = isLast ? 1 : 0;
  return bytes;
}

function altered(place: string): BackupFault {
  return new BackupFault('ALTERED', `${place} was altered, or is encrypted by another key`);
}
