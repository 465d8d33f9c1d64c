import type { ServerResponse } from 'node:http';
import type { Span } from '@kronos/telemetry';
import type { AnswerBody } from './answer-body.ts';

/** A complete answer, ready to be sent to anybody who asked the same. */
export interface Answer {
  status: number;
  headers: Iterable<readonly [name: string, value: string]>;
  body: AnswerBody;
  /** `set-cookie` lines: an answer with cookies is for one client alone. */
  cookies: readonly string[];
  /** The id of the request for which the operation was run; it is in the errors of the answer. */
  requestId: string;
  /** The span of that request, if it has one. */
  span?: Span;
  /** Whether the body is known to hold no errors. */
  isClean: boolean;
}

/** The run of one operation and the clients that wait for its answer. */
interface Flight {
  answer: Promise<Answer>;
  clients: number;
  abort: AbortController;
  isOver: boolean;
}

/** Runs operations, identical ones in flight at the same time once. */
export interface Flights {
  /** How many requests were answered without a run of their own. */
  readonly shared: number;
  /** Whether a run that can be joined is under way. */
  has(key: string): boolean;
  /**
   * Runs an operation, or waits for a run of the same that is under way.
   *
   * @param key what makes two requests the same; undefined runs this one for itself
   * @param response of the client that waits; the run is aborted when all who wait for it have gone away
   */
  join(
    key: string | undefined,
    response: ServerResponse,
    run: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer>;
  /** From now on nobody joins what is under way, e.g. because it runs on an older version of the graph. */
  seal(): void;
}

export function createFlights(): Flights {
  const flights = new Map<string, Flight>();
  let shared = 0;

  function depart(key: string | undefined, run: (signal: AbortSignal) => Promise<Answer>): Flight {
    const abort = new AbortController();
    const flight: Flight = { answer: run(abort.signal), clients: 0, abort, isOver: false };
    if (key !== undefined) flights.set(key, flight);
    const land = () => {
      flight.isOver = true;
      if (key !== undefined && flights.get(key) === flight) flights.delete(key);
    };
    flight.answer.then(land, land);
    abort.signal.addEventListener('abort', land);
    return flight;
  }

  function board(flight: Flight, response: ServerResponse): Promise<Answer> {
    flight.clients++;
    response.once('close', () => {
      flight.clients--;
      if (flight.clients === 0 && !flight.isOver) flight.abort.abort();
    });
    return flight.answer;
  }

  return {
    get shared() {
      return shared;
    },
    has: (key) => flights.has(key),
    async join(key, response, run) {
      const underWay = key === undefined ? undefined : flights.get(key);
      if (!underWay) return board(depart(key, run), response);
      const answer = await board(underWay, response);
      // Cookies are for the one who asked: everybody else asks for themselves.
      if (answer.cookies.length > 0) return board(depart(undefined, run), response);
      shared++;
      return answer;
    },
    seal: () => flights.clear(),
  };
}
