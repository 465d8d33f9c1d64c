import { readdirSync } from 'node:fs';

/** All domains, which are the folders of `prisma/`, in alphabetical order. */
export const domains = readdirSync(new URL('../../prisma', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
