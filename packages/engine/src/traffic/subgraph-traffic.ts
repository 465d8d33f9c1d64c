import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestHeaders } from '../http/headers.ts';
import { onAbort } from '../http/on-abort.ts';
import { ClientLeft, ExchangeTimeout, failedExchange, refusedExchange } from '../http/subgraph-failure.ts';
import type { HttpAnswer } from '../http/wire.ts';
import { type CircuitPosition, createCircuit, noCircuit } from './circuit.ts';
import type { TrafficPolicy } from './policy.ts';
import { createRetryBudget } from './retry-budget.ts';
import { type AnswerHead, isTrouble, type Outcome, retryDelay } from './retry-delay.ts';
import { createSlots } from './slots.ts';

export interface TrafficRequest {
  /** Whether it changes nothing: then it may be sent again, and is given up when nobody waits for it. */
  isRead: boolean;
  /** Aborts when the client has gone away. */
  signal?: AbortSignal;
  /** Hears each time that it is sent again. */
  onRetry?(): void;
}

/** A request over HTTP. */
export interface SubgraphRequest extends TrafficRequest {
  url: string;
  headers: RequestHeaders;
  /** JSON. */
  body: string;
}

/** Sends a request once: rejects with undici's errors, ExchangeTimeout, or with ClientLeft when the signal aborts. */
export type Transport<Request, Answer> = (
  request: Request,
  timeoutMs: number,
  signal: AbortSignal | undefined,
) => Promise<Answer>;

/** What has happened since the start, and what goes on now. */
export interface TrafficStatistics {
  /** Sent for the first time. */
  requests: number;
  /** Sent again. */
  retries: number;
  /** Lost connections, timeouts, 502, 503 and 504, those that a retry has mended included. */
  failures: number;
  refusedByCircuit: number;
  refusedByQueue: number;
  /** Given up because the client had gone away. */
  abandoned: number;
  running: number;
  queued: number;
  circuit: CircuitPosition;
}

/** The way to one subgraph: bounded, patient with it for a while, and not beyond. */
export interface SubgraphTraffic<Request = SubgraphRequest, Answer = HttpAnswer> {
  /** @throws a coded error that names the subgraph */
  send(request: Request): Promise<Answer>;
  statistics(): TrafficStatistics;
}

/** On the healthy path an exchange costs a few counters and one promise. */
export function createSubgraphTraffic<Request extends TrafficRequest, Answer extends AnswerHead>(
  name: string,
  transport: Transport<Request, Answer>,
  policy: TrafficPolicy,
): SubgraphTraffic<Request, Answer> {
  const slots = createSlots(policy.concurrency, policy.queue);
  const circuit = policy.circuit ? createCircuit(policy.circuit) : noCircuit;
  const budget = createRetryBudget();
  const counted = {
    requests: 0,
    retries: 0,
    failures: 0,
    refusedByCircuit: 0,
    refusedByQueue: 0,
    abandoned: 0,
  };

  function send(request: Request): Promise<Answer> {
    const startedAt = performance.now();
    counted.requests++;
    const signal = request.isRead ? request.signal : undefined;
    const isWell = circuit.position === 'closed' && !signal?.aborted && slots.tryTake();
    if (!isWell) return persist(request, startedAt);
    // Nearly always: one exchange, which has the whole time, and nothing to decide. Timers of one duration share a list.
    const finish = (outcome: Outcome<Answer>) => {
      slots.release();
      circuit.note('closed', isTrouble(outcome));
      return isTrouble(outcome) ? persist(request, startedAt, outcome) : conclude(outcome);
    };
    return transport(request, policy.timeoutMs, signal).then(
      (answer) => finish({ answer }),
      (error) => finish({ error }),
    );
  }

  function conclude(outcome: Outcome<Answer>): Answer {
    budget.earn();
    return settle(outcome);
  }

  /**
   * Waits, sends, and sends again, for as long as there is time and hope.
   *
   * @param first what came of the first exchange, when that is over
   */
  async function persist(request: Request, startedAt: number, first?: Outcome<Answer>): Promise<Answer> {
    const signal = request.isRead ? request.signal : undefined;
    const remainingMs = () => Math.max(0, policy.timeoutMs - (performance.now() - startedAt));
    for (let attempt = 0; ; attempt++) {
      const outcome = (attempt === 0 && first) || (await attemptOnce(request, remainingMs, signal));
      if (attempt === 0) budget.earn();
      if (!isTrouble(outcome)) return settle(outcome);
      counted.failures++;
      const mayRepeat = request.isRead && attempt < policy.retries;
      const delayMs = mayRepeat ? retryDelay(outcome, attempt) : undefined;
      if (delayMs === undefined || delayMs >= remainingMs() || !budget.spend()) return settle(outcome);
      counted.retries++;
      request.onRetry?.();
      if (delayMs > 0) await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One exchange, as soon as there is a slot. */
  async function attemptOnce(
    request: Request,
    remainingMs: () => number,
    signal: AbortSignal | undefined,
  ): Promise<Outcome<Answer>> {
    if (signal?.aborted) return { error: new ClientLeft() };
    if (!slots.tryTake()) await waitForSlot(remainingMs(), signal);
    const admitted = circuit.admit();
    if (!admitted) {
      slots.release();
      counted.refusedByCircuit++;
      const seconds = policy.circuit ? Math.ceil(policy.circuit.openMs / 1_000) : 1;
      throw refusedExchange(name, 'circuit open', seconds);
    }
    // A probe speaks for all: whether the subgraph is well again is wanted even when its own client has gone.
    const heeded = admitted === 'closed' ? signal : undefined;
    const outcome = await transport(request, remainingMs(), heeded).then(toAnswer, toError);
    slots.release();
    circuit.note(admitted, isTrouble(outcome));
    return outcome;
  }

  async function waitForSlot(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    let giveUp: (reason: Error) => void = () => {};
    const turn = slots.queue((leave) => {
      giveUp = leave;
    });
    if (!turn) {
      counted.refusedByQueue++;
      throw refusedExchange(name, 'queue full', 1);
    }
    const timer = setTimeout(() => giveUp(new ExchangeTimeout()), timeoutMs);
    const forget = signal && onAbort(signal, () => giveUp(new ClientLeft()));
    try {
      await turn;
    } catch (error) {
      settle({ error });
    } finally {
      clearTimeout(timer);
      forget?.();
    }
  }

  function settle(outcome: Outcome<Answer>): Answer {
    if ('answer' in outcome) return outcome.answer;
    if (outcome.error instanceof ClientLeft) counted.abandoned++;
    throw failedExchange(name, outcome.error);
  }

  return {
    send,
    statistics: () => ({
      ...counted,
      running: slots.running,
      queued: slots.queued,
      circuit: circuit.position,
    }),
  };
}

const toAnswer = <Answer>(answer: Answer) => ({ answer });
const toError = (error: unknown) => ({ error });
