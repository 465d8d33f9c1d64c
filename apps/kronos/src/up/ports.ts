import { createServer } from 'node:net';
import { StartError } from '@kronos/service/run-service';
import getPort from 'get-port';
import { claimPort } from './claim-port.ts';

/**
 * A port on this machine's own address: the usual one when it is free, else any.
 *
 * @param wanted what the user asks for by `variable`; then it is that one or none
 * @throws StartError when the wanted port is taken
 */
export async function internalPort(
  usual: number,
  wanted: number | undefined,
  variable: string,
): Promise<number> {
  if (wanted) {
    await assertFree('127.0.0.1', wanted, variable);
    return wanted;
  }
  let port = await getPort({ host: '127.0.0.1', port: usual });
  while (!(await claimPort(port))) port = await getPort({ host: '127.0.0.1' });
  return port;
}

/**
 * Checks that a port can be opened.
 *
 * @throws StartError saying why not
 */
export async function assertFree(host: string, port: number, variable: string): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StartError(
      code === 'EADDRINUSE'
        ? `Port ${port} is taken by another process: end it, or set ${variable} to another port.`
        : code === 'EACCES'
          ? `Port ${port} may not be opened by this user: set ${variable} to a port above 1023.`
          : `${host}:${port} cannot be listened on (${message}): check KRONOS_HOST and ${variable}.`,
    );
  } finally {
    server.close();
  }
}
