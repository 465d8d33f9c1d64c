import { serveSubgraph } from '@kronos/subgraph';
import { createSubgraph } from '../../../subgraphs/database/src/subgraph.ts';

// The database domain's subgraph as it is.
await serveSubgraph(createSubgraph);
