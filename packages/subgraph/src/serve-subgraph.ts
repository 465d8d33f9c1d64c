import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { commonEnvironment, parseEnvironment, port } from '@kronos/service';
import { z } from 'zod';
import { createSubgraphApp } from './app.ts';
import { domainVariable } from './domain-variable.ts';
import { routedPort } from './routed-port.ts';
import type { Subgraph } from './subgraph.ts';
import { createVerifyCaller } from './verify-caller.ts';

/** Makes a domain's subgraph from its environment variables. */
export type CreateSubgraph = (environment: NodeJS.ProcessEnv) => Promise<Subgraph>;

/** A subgraph that listens. */
export interface ServedSubgraph {
  /** For whoever lives in the same process and calls it directly. */
  subgraph: Subgraph;
  /** Where the gateway finds it, with the path. */
  url: string;
  close(): Promise<void>;
}

/**
 * Makes a subgraph and opens its port: `<NAME>_PORT`, or the one that `supergraph.yaml` routes to.
 *
 * @throws EnvironmentError with every variable that is wrong
 */
export async function serveSubgraph(
  createSubgraph: CreateSubgraph,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<ServedSubgraph> {
  const subgraph = await createSubgraph(environment);
  try {
    const { host, port: chosenPort, jwksFile } = readSettings(subgraph.name, environment);
    const app = createSubgraphApp(subgraph, {
      verifyCaller: createVerifyCaller({ jwksFile, logger: subgraph.logger }),
      readiness: async () => ({ internalKeys: await isReadable(jwksFile) }),
    });
    const address = await app.listen({ host, port: chosenPort });
    return {
      subgraph,
      url: `${address}/graphql`,
      async close() {
        await app.close();
        await subgraph.close();
      },
    };
  } catch (error) {
    await subgraph.close();
    throw error;
  }
}

function readSettings(name: string, environment: NodeJS.ProcessEnv) {
  const portVariable = domainVariable(name, 'PORT');
  const shape = {
    KRONOS_HOME: commonEnvironment.KRONOS_HOME,
    KRONOS_HOST: commonEnvironment.KRONOS_HOST,
    KRONOS_INTERNAL_JWKS_FILE: z.string().optional(),
  };
  const { KRONOS_HOME, KRONOS_HOST, KRONOS_INTERNAL_JWKS_FILE } = parseEnvironment(shape, environment);
  const { [portVariable]: chosenPort } = parseEnvironment({ [portVariable]: port().optional() }, environment);
  return {
    host: KRONOS_HOST,
    port: chosenPort ?? routedPort(name),
    jwksFile: KRONOS_INTERNAL_JWKS_FILE ?? join(KRONOS_HOME, 'internal-jwks.json'),
  };
}

async function isReadable(file: string): Promise<true | string> {
  try {
    await access(file);
    return true;
  } catch {
    return `${file} is not there yet: without the gateway's public keys every caller is refused`;
  }
}
