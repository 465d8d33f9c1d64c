import type { OnSubgraphAnswer } from '@kronos/engine';
import { type Freshness, mergeCacheControl } from './cache-control.ts';

type SubgraphAnswerHeaders = NonNullable<Parameters<OnSubgraphAnswer>[2]>;

/** How an answer stands to the cache. */
export interface CachedNote {
  isHit: boolean;
  /** For how long it has been in the cache. */
  ageSeconds: number;
  /** For how long it is fresh there. */
  freshMs: number;
  /** For how long it may be kept at most, in seconds. */
  maxAge: number;
  isPublic: boolean;
}

/** What is noted of subgraphs' answers while one operation runs, for the headers of the answer to it. */
export class AnswerNotes {
  /** Whether the answer to the operation has been found to hold no errors. */
  isClean = false;
  /** Present when the answer is in the cache, or comes from it. */
  cached?: CachedNote;
  /** `set-cookie` lines in the order in which they came. */
  readonly cookies: string[] = [];
  readonly #others = new Map<string, Set<string>>();
  readonly #freshness: Freshness[] = [];
  #isUncertain = false;

  /** Takes what is on the list from one answer; undefined stands for an answer that did not come. */
  add(names: readonly string[], headers: SubgraphAnswerHeaders | undefined): void {
    for (const name of names) {
      const value = headers?.[name];
      if (name === 'cache-control') this.#addFreshness(value, headers?.age);
      else if (value === undefined) continue;
      else if (name === 'set-cookie') this.cookies.push(...[value].flat());
      else this.#addOther(name, [value].flat());
    }
  }

  /** The `cache-control` of the whole; undefined unless every subgraph that was asked gave one. */
  cacheControl(): string | undefined {
    const isSaid = this.#freshness.length > 0 && !this.#isUncertain;
    return isSaid ? mergeCacheControl(this.#freshness) : undefined;
  }

  /** Every other header, with the different values that subgraphs gave. */
  *others(): Iterable<[name: string, value: string]> {
    for (const [name, values] of this.#others) yield [name, [...values].join(', ')];
  }

  #addFreshness(value: string | string[] | undefined, age: string | string[] | undefined): void {
    if (value === undefined) this.#isUncertain = true;
    else
      this.#freshness.push({ cacheControl: String(value), age: age === undefined ? undefined : String(age) });
  }

  #addOther(name: string, values: readonly string[]): void {
    const known = this.#others.get(name) ?? new Set();
    this.#others.set(name, known);
    for (const value of values) known.add(value);
  }
}
