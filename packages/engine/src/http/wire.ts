import type { RequestHeaders } from './headers.ts';

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export interface WireRequest {
  /** With the search. */
  path: string;
  headers: RequestHeaders;
  body: string;
}

/** Called once for each request that was sent. */
export type Done = (error: Error | null, answer?: HttpAnswer) => void;

/** Connections to one origin. */
export interface Wire {
  /**
   * Posts a body and reads the whole answer.
   *
   * @returns gives the exchange up with a reason; when it is over already, nothing happens
   */
  send(request: WireRequest, done: Done): (reason: Error) => void;
  /** Cuts every connection. */
  close(): Promise<void>;
}

export interface WireOptions {
  /** The most that are open at a time; what comes on top waits. */
  connections: number;
  connectTimeoutMs: number;
  /** The exchange is cut when the body of an answer grows beyond it. */
  maxAnswerBytes: number;
}

/** How long a connection that is not used is kept when the other side does not say. */
export const keepAliveMs = 30_000;
/** The longest that it is kept, whatever the other side says. */
export const maxKeepAliveMs = 60_000;
