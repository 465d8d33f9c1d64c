import { createLogger } from '@kronos/service';
import { startTestGateway, type TestGateway } from './test-gateway.ts';

/** A gateway whose log a test can read. */
export interface LoggingGateway extends TestGateway {
  /** The lines so far, parsed. */
  readonly lines: Record<string, unknown>[];
}

/** @param environment variables beside those of every test gateway */
export async function startLoggingGateway(
  supergraphSdl: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<LoggingGateway> {
  const lines: LoggingGateway['lines'] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const logger = createLogger({ name: 'gateway', level: 'info', destination });
  return { ...(await startTestGateway(supergraphSdl, environment, [], logger)), lines };
}
