import { hash as digest } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { StartError } from '@kronos/service/run-service';
import { z } from 'zod';

/** An operation of a manifest. */
export interface ManifestOperation {
  /** For people; the hash where the manifest names none. */
  name: string;
  document: string;
  /** SHA-256 of the document, in hex. */
  hash: string;
}

/** What `@apollo/generate-persisted-query-manifest` writes. */
const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), name: z.string(), body: z.string() })),
});
/** The `persisted-documents.json` that the client preset of GraphQL Code Generator writes. */
const codegenManifest = z.record(z.string(), z.string());

const hashShape = /^(?:sha256:)?([0-9a-f]{64})$/;
const operationName = /\b(?:query|mutation|subscription)\s+([_A-Za-z]\w*)/;

/**
 * Reads the operations of a manifest.
 *
 * @throws StartError when the file is none, or when its ids are no hashes by which the graph finds its documents
 */
export async function readManifest(path: string): Promise<ManifestOperation[]> {
  const entries = readEntries(await readJson(path), path);
  if (entries.length === 0) throw new StartError(`The manifest ${path} holds no operations.`);
  return entries.map(({ id, name, document }) => {
    const hash = hashShape.exec(id)?.[1];
    if (hash !== digest('sha256', document)) throw new StartError(wrongId(path, name, id));
    return { name, document, hash };
  });
}

function readEntries(json: unknown, path: string): { id: string; name: string; document: string }[] {
  const apollo = apolloManifest.safeParse(json);
  if (apollo.success) return apollo.data.operations.map(({ body, ...rest }) => ({ ...rest, document: body }));
  const codegen = codegenManifest.safeParse(json);
  if (!codegen.success)
    throw new StartError(
      `${path} is no manifest: give what @apollo/generate-persisted-query-manifest writes, or the persisted-documents.json of GraphQL Code Generator.`,
    );
  return Object.entries(codegen.data).map(([id, document]) => ({
    id,
    name: operationName.exec(document)?.[1] ?? id,
    document,
  }));
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new StartError(`The manifest ${path} cannot be read: ${error.message}`);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new StartError(`The manifest ${path} is not JSON.`);
  }
}

function wrongId(path: string, name: string, id: string): string {
  const advice = /^[0-9a-f]{40}$/.test(id)
    ? 'in the configuration of GraphQL Code Generator say persistedDocuments: { hashAlgorithm: "sha256" }.'
    : 'let the tool that writes it take its default, the hash of the document.';
  return `In ${path} the id of ${name} is not the SHA-256 of its document, by which clients would ask for it: ${advice}`;
}
