import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { supergraph, port: portText } = parseArgs({
  options: { supergraph: { type: 'string' }, port: { type: 'string' } },
}).values;

/** The SDL of the supergraph that this process serves, and where. */
export const supergraphSdl = readFileSync(supergraph!, 'utf8');
export const port = Number(portText);
