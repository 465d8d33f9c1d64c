/**
 * A token, or a function that fetches one.
 *
 * A function is called once, and again with the token that was `refused` when the graph says that it is not valid any
 * more; whatever it throws ends the subscription, so what is worth trying again it tries again itself.
 */
export type Token = string | ((refused: string | undefined) => string | Promise<string>);

/** The token that all subscriptions of one client share. */
export interface Credentials {
  /** Whether there is a way to another token. */
  readonly isRenewable: boolean;
  current(): Promise<string | undefined>;
  /** Fetches another token, unless some subscription has done so since `refused` was current. */
  renew(refused: string | undefined): Promise<void>;
}

export function createCredentials(token: Token | undefined): Credentials {
  if (typeof token !== 'function')
    return { isRenewable: false, current: async () => token, renew: async () => undefined };

  const fetchToken = token;
  let fetched: { token: Promise<string> } | undefined;

  function fetchAfter(refused: string | undefined): Promise<string> {
    const attempt = { token: (async () => fetchToken(refused))() };
    fetched = attempt;
    // A failure is for those who wait for it; who comes later tries anew.
    attempt.token.catch(() => {
      if (fetched === attempt) fetched = undefined;
    });
    return attempt.token;
  }

  return {
    isRenewable: true,
    current: () => fetched?.token ?? fetchAfter(undefined),
    async renew(refused) {
      if ((await fetched?.token) === refused) await fetchAfter(refused);
    },
  };
}
