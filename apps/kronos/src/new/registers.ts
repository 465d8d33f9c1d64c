import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Alias, type Document, parseDocument, Scalar, YAMLMap } from 'yaml';
import type { Names } from './names.ts';

/** Enters a domain into `supergraph.yaml`, `compose.yaml`, `.env.example` and the catalogue of events. */
export async function enterDomain(root: string, names: Names, port: number): Promise<void> {
  await editYaml(join(root, 'supergraph.yaml'), (document) => enterSupergraph(document, names, port));
  await editYaml(join(root, 'compose.yaml'), (document) => enterCompose(document, names, port));
  await edit(join(root, '.env.example'), (text) => `${text.trimEnd()}\n\n${environmentLines(names, port)}`);
  await edit(join(root, 'packages/events/src/catalogue/index.ts'), (text) => enterCatalogue(text, names));
}

function enterSupergraph(document: Document, { domain }: Names, port: number): void {
  document.setIn(
    ['subgraphs', domain],
    document.createNode({
      routing_url: `http://127.0.0.1:${port}/graphql`,
      schema: schemaOf(document, domain),
    }),
  );
}

function schemaOf(document: Document, domain: string): YAMLMap {
  return inline(document, { file: `./subgraphs/${domain}/schema.graphql` });
}

function enterCompose(document: Document, { domain, DOMAIN }: Names, port: number): void {
  const database = new Scalar(
    `postgresql://kronos_${domain}:\${POSTGRES_PASSWORD}@postgres/kronos_${domain}`,
  );
  database.anchor = `${domain}-database`;
  document.setIn(['services', 'setup', 'environment', `${DOMAIN}_DATABASE_URL`], database);
  document.setIn(['x-subgraphs', `${DOMAIN}_SUBGRAPH_URL`], `http://${domain}:${port}/graphql`);
  document.setIn(
    ['services', 'gateway', 'depends_on', domain],
    inline(document, { condition: 'service_healthy' }),
  );

  const service = new YAMLMap();
  service.set(mergeKey(), new Alias('kronos'));
  service.set('command', inlineList(document, ['apps/kronos/src/main.ts', 'serve', domain]));
  const environment = new YAMLMap();
  environment.flow = true;
  environment.set(mergeKey(), new Alias('environment'));
  environment.set(`${DOMAIN}_DATABASE_URL`, new Alias(`${domain}-database`));
  service.set('environment', environment);
  service.set('volumes', inlineList(document, ['public:/var/lib/kronos-public:ro']));
  service.set('depends_on', new Alias('after-setup'));
  const healthcheck = new YAMLMap();
  healthcheck.set(mergeKey(), new Alias('healthcheck'));
  const question = ['CMD', 'node', 'apps/kronos/container-health.mjs', `http://127.0.0.1:${port}/ready`];
  healthcheck.set('test', inlineList(document, question));
  service.set('healthcheck', healthcheck);
  const key = new Scalar(domain);
  key.spaceBefore = true;
  (document.getIn(['services']) as YAMLMap).set(key, service);
}

function mergeKey(): Scalar {
  const key = new Scalar('<<');
  key.type = 'PLAIN';
  return key;
}

function inline(document: Document, value: object): YAMLMap {
  return document.createNode(value, { flow: true }) as YAMLMap;
}

function inlineList(document: Document, values: readonly string[]) {
  return document.createNode(values, { flow: true });
}

function environmentLines({ domain, DOMAIN }: Names, port: number): string {
  return [
    `# The ${domain} domain.`,
    '',
    `# ${DOMAIN}_DATABASE_URL=postgresql://kronos_${domain}:password@127.0.0.1:5432/kronos_${domain}`,
    `# ${DOMAIN}_PORT=${port}`,
    `# ${DOMAIN}_SUBGRAPH_URL=http://127.0.0.1:${port}/graphql`,
    '',
  ].join('\n');
}

function enterCatalogue(text: string, { domain }: Names): string {
  const withImport = text.replace(
    "import { notificationsEvents } from './notifications.ts';\n",
    (line) => `${line}import { ${domain}Events } from './${domain}.ts';\n`,
  );
  const entered = withImport.replace(
    /(export const catalogue = \{[^}]*?),?(\s*\};)/,
    `$1, ...${domain}Events$2`,
  );
  if (withImport === text || entered === withImport)
    throw new Error('packages/events/src/catalogue/index.ts does not look as expected.');
  return entered;
}

async function editYaml(file: string, change: (document: Document) => void): Promise<void> {
  await edit(file, (text) => {
    const document = parseDocument(text, { merge: true });
    change(document);
    return document.toString({ lineWidth: 0 });
  });
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')));
}
