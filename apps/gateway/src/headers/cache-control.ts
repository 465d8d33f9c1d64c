/** The directives of one `cache-control` header; names in lower case, `true` for those without a value. */
type Directives = Map<string, string | true>;

/** Present in the merged header when any of the answers has them. */
const restrictions = ['no-cache', 'private', 'must-revalidate', 'proxy-revalidate', 'no-transform'] as const;
/** Present only when all of the answers have them. */
const permissions = ['public', 'immutable'] as const;
const staleTimes = ['stale-while-revalidate', 'stale-if-error'] as const;

/** What one answer says of itself. */
export interface Freshness {
  cacheControl: string;
  /** The `age` header: the seconds that the answer has spent in a cache already. */
  age?: string;
}

/**
 * The `cache-control` of an answer that is made of several: the most restrictive wins.
 *
 * @returns `no-store` when one of them may not be kept, or cannot be understood
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2
 */
export function mergeCacheControl(answers: readonly Freshness[]): string {
  const all = answers.map(({ cacheControl }) => parse(cacheControl));
  const lifetimes = answers.map(({ age }, index) => lifetimesOf(all[index]!, Number(age) || 0));
  const isUnclear = lifetimes.some(({ own, shared }) => Number.isNaN(own) || Number.isNaN(shared));
  if (isUnclear || all.some((directives) => directives.has('no-store'))) return 'no-store';

  const isPrivate = all.some((directives) => directives.has('private'));
  const merged: string[] = restrictions.filter((name) => all.some((directives) => directives.has(name)));
  merged.push(
    ...permissions.filter(
      (name) => !(name === 'public' && isPrivate) && all.every((directives) => directives.has(name)),
    ),
  );
  if (all.some((directives) => directives.has('max-age') || directives.has('s-maxage'))) {
    const own = Math.min(...lifetimes.map((lifetime) => lifetime.own));
    const shared = Math.min(...lifetimes.map((lifetime) => lifetime.shared));
    merged.push(`max-age=${own}`);
    if (shared !== own && !isPrivate) merged.push(`s-maxage=${shared}`);
  }
  for (const name of staleTimes) {
    const seconds = Math.min(...all.map((directives) => secondsOf(directives, name) ?? 0));
    if (seconds > 0) merged.push(`${name}=${seconds}`);
  }
  return merged.join(', ') || 'no-store';
}

/** How long an answer is fresh, in seconds, for its reader and for caches that many share; 0 when it does not say. */
function lifetimesOf(directives: Directives, age: number): { own: number; shared: number } {
  const own = secondsOf(directives, 'max-age') ?? 0;
  const shared = secondsOf(directives, 's-maxage') ?? own;
  return { own: Math.max(0, own - age), shared: Math.max(0, shared - age) };
}

/** NaN when there is a value that is no number of seconds. */
function secondsOf(directives: Directives, name: string): number | undefined {
  const value = directives.get(name);
  if (value === undefined) return undefined;
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN;
}

function parse(header: string): Directives {
  const directives: Directives = new Map();
  // A quoted value may hold commas: private="set-cookie, vary".
  for (const [, name, , quoted, plain] of header.matchAll(/([\w-]+)(\s*=\s*(?:"([^"]*)"|([^\s,]*)))?/g)) {
    directives.set(name!.toLowerCase(), quoted ?? plain ?? true);
  }
  return directives;
}
