import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const [name = '', ...options] = process.argv.slice(2);
const entry = [`${folder}${name}/main.ts`, `${folder}${name}/${name}.ts`].find((file) => existsSync(file));

if (!name || !entry) {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter(
      (item) =>
        item.isDirectory() && (item.name === 'startup' || existsSync(`${folder}${item.name}/main.ts`)),
    )
    .map((item) => item.name);
  console.error(`Usage: npm run bench <name> [-- options], where <name> is one of: ${names.join(', ')}`);
  process.exit(1);
}
process.argv = [process.argv[0]!, entry, ...options];
await import(pathToFileURL(entry).href);
