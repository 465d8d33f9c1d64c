import { logIn, signUp } from '../kit/client.ts';

/** Someone who has signed up. */
export interface Account {
  readonly id: string;
  readonly name: string;
  /** An access token that is good for some minutes; of a new login when the last one is old. */
  token(): Promise<string>;
}

/** Access tokens live for fifteen minutes. */
const freshMs = 8 * 60_000;
const retryMs = 200;

/** Signs somebody up. */
export async function openAccount(name: string, url: string): Promise<Account> {
  const person = await signUp(name, url);
  let login = { token: Promise.resolve(person.token!), at: Date.now() };

  async function logInWheneverPossible(): Promise<string> {
    for (;;) {
      const client = await logIn(person, url).catch(() => undefined);
      if (client) return client.token!;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }

  return {
    id: person.id,
    name,
    token() {
      if (Date.now() - login.at > freshMs) login = { token: logInWheneverPossible(), at: Date.now() };
      return login.token;
    },
  };
}
