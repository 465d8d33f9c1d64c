import { createLogger, runService } from '@kronos/service';
import { parseGatewayEnvironment } from './environment.ts';
import { createGateway } from './gateway.ts';

await runService(async () => {
  const environment = parseGatewayEnvironment(process.argv.slice(2), process.env);
  const logger = createLogger({ name: 'gateway', level: environment.LOG_LEVEL });
  const gateway = await createGateway(environment, logger);
  const address = await gateway.app.listen({ host: environment.KRONOS_HOST, port: environment.KRONOS_PORT });
  const url = `${address}/graphql`;
  logger.info({ url }, 'gateway is ready');
  // `kronos up` starts the gateway with a channel and waits for this.
  process.send?.({ type: 'ready', url });
  return gateway;
});
