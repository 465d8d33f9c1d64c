import type { FormattedExecutionResult } from 'graphql';
import { parseGatewayEnvironment } from '../../../apps/gateway/src/environment.ts';
import { createGateway } from '../../../apps/gateway/src/gateway.ts';
import { createLogger } from '../../../packages/service/src/index.ts';
import { objects } from '../subgraphs/forms.ts';
import { createSubgraph, subgraphNames } from '../subgraphs/subgraph.ts';

// Kronos with the subgraphs in its own process: its CPU is theirs, too.
let requests = 0;
const subgraphs = subgraphNames.map((name) => {
  const answer = createSubgraph(name, objects);
  return {
    name,
    async execute(operation: Parameters<typeof answer>[0]) {
      requests++;
      return answer(operation) as FormattedExecutionResult;
    },
  };
});
const environment = parseGatewayEnvironment(process.argv.slice(2), process.env);
const logger = createLogger({ name: 'gateway', level: environment.LOG_LEVEL });
const { app } = await createGateway(environment, logger, subgraphs);
await app.listen({ host: environment.KRONOS_HOST, port: environment.KRONOS_PORT });

process.on('message', (message) => {
  if (message === 'requests') process.send?.({ requests });
});
