import { z } from 'zod';
import { kind, neededText } from './inputs.ts';
import { jsonObject } from './json.ts';
import { mediaPath } from './media-path.ts';

const mebibyte = 1024 ** 2;

/** How large a file of each kind may be, in bytes. */
const largest = {
  document: 100 * mebibyte,
  image: 50 * mebibyte,
  audio: 500 * mebibyte,
  video: 5 * 1024 * mebibyte,
} as const;

/** What a file is, by its type. */
export type MediaKind = keyof typeof largest;

/** The types that can be worked with, and how names of such files end. */
const supported: Record<string, { kind: MediaKind; endings: readonly string[] }> = {
  'application/pdf': { kind: 'document', endings: ['pdf'] },
  'application/epub+zip': { kind: 'document', endings: ['epub'] },
  'application/rtf': { kind: 'document', endings: ['rtf'] },
  'application/vnd.oasis.opendocument.text': { kind: 'document', endings: ['odt'] },
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': {
    kind: 'document',
    endings: ['docx'],
  },
  'text/plain': { kind: 'document', endings: ['txt', 'text'] },
  'text/markdown': { kind: 'document', endings: ['md', 'markdown'] },
  'image/png': { kind: 'image', endings: ['png'] },
  'image/jpeg': { kind: 'image', endings: ['jpg', 'jpeg'] },
  'image/webp': { kind: 'image', endings: ['webp'] },
  'image/gif': { kind: 'image', endings: ['gif'] },
  'audio/mpeg': { kind: 'audio', endings: ['mp3'] },
  'audio/wav': { kind: 'audio', endings: ['wav'] },
  'audio/ogg': { kind: 'audio', endings: ['ogg', 'oga'] },
  'audio/mp4': { kind: 'audio', endings: ['m4a'] },
  'video/mp4': { kind: 'video', endings: ['mp4'] },
  'video/webm': { kind: 'video', endings: ['webm'] },
  'video/quicktime': { kind: 'video', endings: ['mov'] },
};

/** The types that can be worked with. */
export const supportedTypes = Object.keys(supported);

/** What a file of a type is; null when files of that type cannot be worked with. */
export function kindOf(contentType: string): MediaKind | null {
  return supported[contentType]?.kind ?? null;
}

/** Whether a file's name ends like those of its type. A name that says nothing is believed. */
export function isNamedLike(name: string, contentType: string): boolean {
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase();
  return ending === undefined || (supported[contentType]?.endings.includes(ending) ?? false);
}

/** Whether a file is as large as files of its type may be. */
export function isOfSize(sizeBytes: bigint, contentType: string): boolean {
  const kind = kindOf(contentType);
  return kind === null || sizeBytes <= BigInt(largest[kind]);
}

/** What `MediaFileInput` says; whether its type is supported is asked apart, since that has a code of its own. */
export const mediaFileSchema = z
  .object({
    name: neededText(255, 'The name').regex(/^[^/\\]*$/, 'The name must not be a path.'),
    contentType: neededText(100, 'The type').toLowerCase(),
    sizeBytes: z.bigint('The size must be a whole number.').min(1n, 'An empty file is no file.'),
    checksum: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[0-9a-f]{64}$/, 'The checksum must be a SHA-256 of 64 hexadecimal digits.')
      .nullish(),
    path: mediaPath('The path'),
    assetType: kind(50, 'What the file is').nullish(),
    metadata: jsonObject(16 * 1024, 'The metadata').nullish(),
  })
  .refine(({ sizeBytes, contentType }) => isOfSize(sizeBytes, contentType), {
    path: ['sizeBytes'],
    error: 'The file is larger than files of its type may be.',
  });

/** A validated `MediaFileInput`. */
export type MediaFile = z.output<typeof mediaFileSchema>;
