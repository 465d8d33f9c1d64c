import { codedError } from '@kronos/engine';

export interface StreamLimits {
  /** Streams that this process holds at the same time. */
  total: number;
  /** Streams of one viewer, or of one address for those without a token. */
  perCaller: number;
  /** Streams of one address, whoever they are for. */
  perAddress: number;
}

export interface StreamCaller {
  /** Undefined for callers without a token. */
  viewer: string | undefined;
  address: string;
}

/** Counts open streams, so that neither one caller nor one address nor all together exhaust the process. */
export interface StreamSlots {
  readonly open: number;
  /**
   * Takes a slot.
   *
   * @returns how to give it back
   * @throws a coded error when there is none: RATE_LIMITED for the caller's own, SERVICE_UNAVAILABLE for everybody's
   */
  take(caller: StreamCaller): () => void;
}

export function createStreamSlots(limits: StreamLimits): StreamSlots {
  const perCaller = new Map<string, number>();
  const perAddress = new Map<string, number>();
  let open = 0;

  return {
    get open() {
      return open;
    },
    take({ viewer, address }) {
      const caller = viewer ?? address;
      const own = perCaller.get(caller) ?? 0;
      const near = perAddress.get(address) ?? 0;
      if (own >= limits.perCaller) throw noSlot('RATE_LIMITED', 'you have', own, limits.perCaller);
      if (near >= limits.perAddress)
        throw noSlot('RATE_LIMITED', 'your address has', near, limits.perAddress);
      if (open >= limits.total) throw noSlot('SERVICE_UNAVAILABLE', 'this process has', open, limits.total);
      perCaller.set(caller, own + 1);
      perAddress.set(address, near + 1);
      open++;
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        open--;
        giveBack(perCaller, caller);
        giveBack(perAddress, address);
      };
    },
  };
}

function giveBack(counts: Map<string, number>, key: string): void {
  const left = counts.get(key)! - 1;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}

function noSlot(code: string, who: string, value: number, maximum: number) {
  const details = { limit: 'streams', value, maximum };
  return codedError(`There are too many streams: ${who} ${value} open, where ${maximum} are allowed.`, {
    code,
    details,
    retryAfter: 5,
  });
}
