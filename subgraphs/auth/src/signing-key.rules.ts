export type SigningKeyStatus = 'ANNOUNCED' | 'ACTIVE' | 'RETIRED';

/**
 * What is signed with, one key of each at a time: access tokens by the first, ID tokens by that which their client is
 * registered for, which is RS256 unless it says otherwise (OpenID Connect Core 1.0, 15.1).
 */
export const signingAlgorithms = ['EdDSA', 'RS256'] as const;

export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** What access tokens are signed by. */
export const accessTokenAlgorithm: SigningAlgorithm = 'EdDSA';

/** How long a new key is published before it signs; longer than anyone caches the key set. */
export const announcementMilliseconds = 10 * 60 * 1000;

/** How long a key is published after its last signature: the longest life of an access token, and clocks that differ. */
const retirementMilliseconds = 65 * 60 * 1000;

/**
 * What each key is used for at `now`, newest first; of those that are as new as each other, that of access tokens first.
 * Keys that nothing valid can be signed by any more are left out.
 *
 * Every process comes to the same answer from the times alone, so that a rotation needs no word between them.
 */
export function publishedKeys<Key extends { algorithm: string; signsFrom: Date }>(
  keys: readonly Key[],
  now: Date,
): { key: Key; status: SigningKeyStatus }[] {
  return signingAlgorithms
    .flatMap((wanted) =>
      publishedOfOneKind(
        keys.filter(({ algorithm }) => algorithm === wanted),
        now,
      ),
    )
    .toSorted((one, other) => other.key.signsFrom.getTime() - one.key.signsFrom.getTime());
}

function publishedOfOneKind<Key extends { signsFrom: Date }>(
  keys: readonly Key[],
  now: Date,
): { key: Key; status: SigningKeyStatus }[] {
  const newestFirst = keys.toSorted((one, other) => other.signsFrom.getTime() - one.signsFrom.getTime());
  const active = newestFirst.findIndex((key) => key.signsFrom <= now);
  return newestFirst.flatMap((key, index): { key: Key; status: SigningKeyStatus }[] => {
    if (active === -1 || index < active) return [{ key, status: 'ANNOUNCED' }];
    if (index === active) return [{ key, status: 'ACTIVE' }];
    const retiredSince = now.getTime() - (newestFirst[index - 1]?.signsFrom.getTime() ?? 0);
    return retiredSince < retirementMilliseconds ? [{ key, status: 'RETIRED' }] : [];
  });
}
