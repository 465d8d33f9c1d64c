import { readFile } from 'node:fs/promises';
import { StartError } from '@kronos/service/run-service';
import { type DocumentNode, Kind, type ObjectTypeDefinitionNode, parse } from 'graphql';
import { readSubgraphs, type Subgraph } from '../domains.ts';
import { writeWhole } from '../files.ts';

/** Where, in the schema file of the subgraph that has `node`, what is written here begins. */
const marker =
  '# Written by `kronos compose`: the types of other subgraphs that have an id, by which `node` finds them.\n';

/** The schema file that ends with stubs of other subgraphs' types. */
interface StubFile {
  path: string;
  text: string;
  /** What the text should be. */
  wanted: string;
}

/**
 * Brings the stubs up to date by which `node` reaches the types of other subgraphs: one for each that implements Node.
 *
 * @returns whether the file had to be written; false too when no schema file asks for stubs
 */
export async function writeNodeStubs(root: string): Promise<boolean> {
  const file = await findStubFile(root);
  if (!file || file.text === file.wanted) return false;
  await writeWhole(file.path, file.wanted);
  return true;
}

/** @throws StartError when the stubs are not those of the schema files */
export async function assertNodeStubsAreFresh(root: string): Promise<void> {
  const file = await findStubFile(root);
  if (file && file.text !== file.wanted)
    throw new StartError(`The end of ${file.path} is stale: run \`npx kronos compose\` and commit it.`);
}

async function findStubFile(root: string): Promise<StubFile | undefined> {
  const files = await Promise.all((await readSubgraphs(root)).map(readSchema));
  const own = files.find(({ text }) => text.includes(marker));
  if (!own) return undefined;
  const byHand = own.text.slice(0, own.text.indexOf(marker) + marker.length);
  const known = new Set(namesIn(parseFile(own.path, byHand)));
  const stubs = files
    .filter((file) => file !== own)
    .flatMap(({ path, text }) => nodesOf(parseFile(path, text)))
    .filter(({ name }) => !known.has(name.value))
    .sort((left, right) => (left.name.value < right.name.value ? -1 : 1));
  return { path: own.path, text: own.text, wanted: [byHand, ...stubs.map(printStub)].join('\n') };
}

async function readSchema({ schemaFile }: Subgraph): Promise<{ path: string; text: string }> {
  const text = await readFile(schemaFile, 'utf8').catch(() => {
    throw new StartError(`supergraph.yaml names ${schemaFile}, which is not there.`);
  });
  return { path: schemaFile, text };
}

function parseFile(path: string, text: string): DocumentNode {
  try {
    return parse(text);
  } catch (error) {
    throw new StartError(`${path} is not GraphQL: ${(error as Error).message}`);
  }
}

function namesIn({ definitions }: DocumentNode): string[] {
  return definitions.flatMap((definition) =>
    'name' in definition && definition.name ? [definition.name.value] : [],
  );
}

/** The types that a subgraph resolves by their id. */
function nodesOf({ definitions }: DocumentNode): ObjectTypeDefinitionNode[] {
  return definitions.filter(
    (definition): definition is ObjectTypeDefinitionNode =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION &&
      definition.interfaces?.some(({ name }) => name.value === 'Node') === true,
  );
}

/** As Biome formats it; the words are those of the type's own subgraph. */
function printStub({ name, description, fields = [] }: ObjectTypeDefinitionNode): string {
  const id = fields.find((field) => field.name.value === 'id');
  return [
    '"""',
    ...(description?.value ?? '').split('\n'),
    '"""',
    `type ${name.value} implements Node @key(fields: "id", resolvable: false) {`,
    `  ${JSON.stringify(id?.description?.value ?? '')}`,
    '  id: ID!',
    '}',
    '',
  ].join('\n');
}
