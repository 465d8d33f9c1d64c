import { type Facts, nothingSaid, patienceMs, type Target, timed } from './target.ts';

/** How many databases of an account are named. */
const most = 100;

/** An account of Azure Cosmos DB. @param connectionString `AccountEndpoint=…;AccountKey=…;` */
export function cosmosTarget(connectionString: string): Target {
  const endpoint = new URL(/AccountEndpoint=([^;]+)/i.exec(connectionString)![1]!);
  const client = once(() => connect(connectionString));

  async function probe(): Promise<Facts> {
    const cosmos = await client();
    const responseTimeMs = await timed(() =>
      cosmos.getDatabaseAccount({ abortSignal: AbortSignal.timeout(patienceMs) }),
    );
    const { resources } = await cosmos.databases.readAll({ maxItemCount: most }).fetchNext();
    return { ...nothingSaid, responseTimeMs, schemas: resources.map(({ id }) => id) };
  }

  return {
    ...{ name: 'cosmosdb', kind: 'COSMOSDB' },
    host: endpoint.hostname,
    port: Number(endpoint.port || (endpoint.protocol === 'https:' ? 443 : 80)),
    probe,
    poolStats: () => null,
    close: async () => (await client.ifMade())?.dispose(),
  };
}

// Loaded when somebody has set the variable: it is a large package.
async function connect(connectionString: string) {
  const { CosmosClient } = await import('@azure/cosmos');
  return new CosmosClient({
    connectionString,
    connectionPolicy: {
      requestTimeout: patienceMs,
      enableEndpointDiscovery: false,
      retryOptions: { maxRetryAttemptCount: 0, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 1 },
    },
  });
}

/** Makes something once, when it is first needed. */
function once<Made>(make: () => Promise<Made>) {
  let made: Promise<Made> | undefined;
  const get = () => {
    made ??= make();
    return made;
  };
  return Object.assign(get, { ifMade: async () => made });
}
