import { createLogger, type RunningService } from '@kronos/service';
import type { CoLocatedSubgraph } from './access/co-located.ts';
import { parseGatewayEnvironment } from './environment.ts';
import { createGateway } from './gateway.ts';

/** A gateway that listens. */
export interface ServedGateway extends RunningService {
  /** Where clients find it, with the path. */
  url: string;
}

/** A subgraph in this process, and where it listens for its subscriptions. */
export interface ServedSubgraph {
  subgraph: CoLocatedSubgraph;
  url: string;
}

/**
 * Makes a gateway and opens its port.
 *
 * @param args the words after the command, e.g. `['--port', '4000']`
 * @param subgraphs those that live in this process
 * @throws EnvironmentError with every variable that is wrong, StartError when the supergraph or a key cannot be used
 */
export async function serveGateway(
  args: readonly string[],
  source: NodeJS.ProcessEnv,
  subgraphs: readonly ServedSubgraph[] = [],
): Promise<ServedGateway> {
  const environment = parseGatewayEnvironment(args, source);
  for (const { subgraph, url } of subgraphs) environment.subgraphUrls[subgraph.name] = url;
  const logger = createLogger({ name: 'gateway', level: environment.LOG_LEVEL });
  const gateway = await createGateway(
    environment,
    logger,
    subgraphs.map(({ subgraph }) => subgraph),
  );
  const address = await gateway.app.listen({ host: environment.KRONOS_HOST, port: environment.KRONOS_PORT });
  const url = `${address}/graphql`;
  logger.info({ url }, 'gateway is ready');
  // `kronos up` starts the gateway with a channel and waits for this.
  process.send?.({ type: 'ready', url });
  return { url, close: gateway.close };
}
