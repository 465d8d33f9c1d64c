import { randomBytes } from 'node:crypto';
import { codedError } from '@kronos/engine';
import { credentialsOf } from '../access/caller.ts';
import type { GatewayContext } from '../context.ts';
import type { Streams } from '../stream/streams.ts';
import { SingleConnection } from './single-connection.ts';

/** Connections that were reserved, by the token that was given for each. */
export interface SingleConnections {
  /**
   * Reserves a connection; it counts as one of the caller's streams.
   *
   * @returns its token
   * @throws a coded error when the caller has too many streams
   */
  reserve(context: GatewayContext): string;
  /**
   * The connection of a token, for who reserved it.
   *
   * @param isTicket whether the token alone is enough: an `EventSource` cannot say who opens it
   * @throws a coded error NOT_FOUND, for other callers too
   */
  find(token: string, context: GatewayContext, isTicket: boolean): SingleConnection;
  /** Ends all connections, on which their clients come back. */
  close(): void;
}

/** How long a reservation may wait for its stream. */
const reservationMs = 30_000;

export function createSingleConnections(streams: Pick<Streams, 'reserve' | 'pulse'>): SingleConnections {
  const connections = new Map<string, { connection: SingleConnection; owner: string }>();

  return {
    reserve(context) {
      const release = streams.reserve(context);
      const token = randomBytes(24).toString('base64url');
      const connection = new SingleConnection(() => {
        clearTimeout(timer);
        stopBeating();
        connections.delete(token);
        release();
      });
      const stopBeating = streams.pulse.add(() => connection.beat());
      const timer = setTimeout(() => {
        if (!connection.isOpen) connection.close();
      }, reservationMs).unref();
      connections.set(token, { connection, owner: ownerOf(context) });
      return token;
    },
    find(token, context, isTicket) {
      const found = connections.get(token);
      const isAllowed =
        found?.owner === ownerOf(context) || (isTicket && context.authorization === undefined);
      if (found && isAllowed) return found.connection;
      const error = codedError('There is no stream of this token: reserve another.', { code: 'NOT_FOUND' });
      error.extensions.http = { status: 404 };
      throw error;
    },
    close() {
      for (const { connection } of [...connections.values()]) connection.close();
    },
  };
}

/** The same after a token was refreshed: what an operation may see is decided by the token that it comes with. */
function ownerOf({ caller: { key, viewer }, authorization }: GatewayContext): string {
  return JSON.stringify(viewer ? [viewer.userId, ...credentialsOf(viewer)] : [key, authorization]);
}
