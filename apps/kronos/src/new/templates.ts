import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Names } from './names.ts';

const templates = fileURLToPath(new URL('../../templates/', import.meta.url));
const suffix = '.template';

/**
 * Writes every file of a template folder, with names in place of `{{placeholders}}`, in file names too.
 *
 * @returns the files that were written
 */
export async function writeTemplates(template: string, target: string, names: Names): Promise<string[]> {
  const folder = join(templates, template);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
      .map(async (entry) => {
        const source = join(entry.parentPath, entry.name);
        const file = join(target, fill(relative(folder, source).slice(0, -suffix.length), names));
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, fill(await readFile(source, 'utf8'), names), { flag: 'wx' });
        return file;
      }),
  );
}

/** Text with names in place of `{{placeholders}}`; `{{version x}}` is the installed version of the package x. */
export function fill(text: string, names: Names): string {
  return text.replace(/\{\{([^{}]+)\}\}/g, (_placeholder, key: string) => {
    const value = key.startsWith('version ')
      ? versionOf(key.slice('version '.length))
      : names[key as keyof Names];
    if (value === undefined) throw new Error(`The template has the unknown placeholder ${key}.`);
    return value;
  });
}

function versionOf(name: string): string {
  // By the folder: a package need not export its package.json.
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const path of paths) {
    try {
      return (createRequire(import.meta.url)(join(path, name, 'package.json')) as { version: string })
        .version;
    } catch {
      // Not in this node_modules, but maybe in one further up.
    }
  }
  throw new Error(`The package ${name} is not installed.`);
}
