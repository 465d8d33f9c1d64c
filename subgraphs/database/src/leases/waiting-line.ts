/** Nobody was served in time, or too many wait already. */
export class WaitedInVain extends Error {
  override readonly name = 'WaitedInVain';
}

interface Waiter<Request, Served> {
  request: Request;
  served(result: Served): void;
  failed(error: unknown): void;
  isGone: boolean;
}

export interface WaitingLineOptions<Request, Served> {
  /** Serves a request; undefined when it has to wait. */
  serve(request: Request): Promise<Served | undefined>;
  /** Takes back what somebody got who does not wait any more. */
  takeBack(result: Served): Promise<unknown>;
  /** Requests of one group wait for the same: when the first of them has to wait, so do those behind it, and nobody else. */
  groupOf(request: Request): string;
  /** How long somebody waits, in milliseconds. */
  patienceMs: number;
  /** How many wait at most. */
  most: number;
  /** How often is looked whether somebody can be served, in milliseconds, while somebody waits. */
  everyMs: number;
}

/** Those who wait for something that there is too little of: who came first is served first. */
export class WaitingLine<Request, Served> {
  readonly #options: WaitingLineOptions<Request, Served>;
  #waiting: Waiter<Request, Served>[] = [];
  #passing: Promise<void> | undefined;
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WaitingLineOptions<Request, Served>) {
    this.#options = options;
  }

  /** How many wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** @throws WaitedInVain, or what `serve` threw */
  join(request: Request): Promise<Served> {
    const { most, patienceMs, everyMs } = this.#options;
    if (this.#waiting.length >= most) return Promise.reject(new WaitedInVain());
    const { promise, resolve, reject } = Promise.withResolvers<Served>();
    const waiter = { request, served: resolve, failed: reject, isGone: false };
    this.#waiting.push(waiter);
    const deadline = setTimeout(() => this.#leave(waiter, new WaitedInVain()), patienceMs);
    this.#timer ??= setInterval(() => this.look(), everyMs);
    this.look();
    return promise.finally(() => clearTimeout(deadline));
  }

  /** Serves whoever can be served now: there may be something again. */
  look(): void {
    this.#isDue = true;
    this.#passing ??= this.#pass().finally(() => {
      this.#passing = undefined;
    });
  }

  /** Sends everybody away, and waits for what is being done for them. */
  async close(error: Error): Promise<void> {
    for (const waiter of this.#waiting) this.#leave(waiter, error);
    await this.#passing;
  }

  async #pass(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false;
      const stuck = new Set<string>();
      for (const waiter of [...this.#waiting]) {
        const group = this.#options.groupOf(waiter.request);
        if (waiter.isGone || stuck.has(group)) continue;
        if (!(await this.#serve(waiter))) stuck.add(group);
      }
    }
  }

  /** @returns whether those behind may be served */
  async #serve(waiter: Waiter<Request, Served>): Promise<boolean> {
    try {
      const result = await this.#options.serve(waiter.request);
      if (result === undefined) return waiter.isGone;
      if (waiter.isGone) await this.#options.takeBack(result);
      else waiter.served(result);
    } catch (error) {
      waiter.failed(error);
    }
    this.#remove(waiter);
    return true;
  }

  #leave(waiter: Waiter<Request, Served>, error: Error): void {
    waiter.failed(error);
    this.#remove(waiter);
  }

  #remove(waiter: Waiter<Request, Served>): void {
    waiter.isGone = true;
    this.#waiting = this.#waiting.filter((other) => other !== waiter);
    if (this.#waiting.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
