import { runService } from '@kronos/service';
import { serveSubgraph } from '@kronos/subgraph';
import { createSubgraph } from './subgraph.ts';

runService(() => serveSubgraph(createSubgraph));
