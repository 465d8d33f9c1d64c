import { z } from 'zod';

const name = z
  .string('Give a name.')
  .trim()
  .min(1, 'Give a name.')
  .max(100, 'Give a name of at most 100 characters.');

/** What a new application is made of, beside what it refers to. */
export const clientCreateSchema = z.object({
  name,
  allowedOperations: z.enum(['ANY', 'SAFELIST_ONLY']),
});

/** What may change of an application, beside whose it is. */
export const clientUpdateSchema = z.object({
  name: name.optional(),
  allowedOperations: z.enum(['ANY', 'SAFELIST_ONLY'], 'Say which operations are allowed.').optional(),
});
