import { followText, type Logger, readText } from '@kronos/service';
import { serviceUnavailable } from '@kronos/subgraph';
import { type Graph, readGraph } from './read-graph.ts';

export interface HoldGraphOptions {
  /** A file or a URL. */
  location: string;
  /** Seconds between two looks at a URL. */
  pollSeconds: number;
  logger: Logger;
}

/** The composed graph as it is now. */
export interface GraphHolder {
  /** Undefined until it has been read for the first time. */
  readonly current: Graph | undefined;
  /** @throws SERVICE_UNAVAILABLE while it has not been read */
  require(): Graph;
  close(): void;
}

const title = 'The supergraph';
const retryAfterSeconds = 5;

/** Reads the composed graph and follows it. It need not be there to begin with; a version that cannot be read is skipped. */
export async function holdGraph({ location, pollSeconds, logger }: HoldGraphOptions): Promise<GraphHolder> {
  const onFault = (error: unknown) =>
    logger.warn({ err: error, location }, 'operations are judged by the graph that was read last');
  let current: Graph | undefined;
  const found = await readText({ title, location }).catch((error) => void onFault(error));
  try {
    current = found && readGraph(found.text);
  } catch (error) {
    onFault(error);
  }
  const following = followText({
    title,
    location,
    found,
    pollSeconds,
    async update(text) {
      current = readGraph(text);
    },
    onFault,
  });

  return {
    get current() {
      return current;
    },
    require() {
      if (current) return current;
      throw serviceUnavailable('The composed graph has not been read yet.', retryAfterSeconds);
    },
    close: following.close,
  };
}
