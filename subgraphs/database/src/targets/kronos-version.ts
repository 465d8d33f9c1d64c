import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@kronos/service';

/** The version of Kronos. */
export const kronosVersion = (
  JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as { version: string }
).version;
