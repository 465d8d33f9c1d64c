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
const logInWithinMs = 60_000;

/** Signs somebody up. */
export async function openAccount(name: string, url: string): Promise<Account> {
  const { id, token, email, password } = await signUp(name, url);
  let login = { token: Promise.resolve(token!), at: Date.now() };

  async function logInAgain(): Promise<string> {
    const deadline = Date.now() + logInWithinMs;
    for (;;) {
      try {
        return (await logIn({ email, password }, url)).token!;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  return {
    id,
    name,
    token() {
      if (Date.now() - login.at > freshMs) login = { token: logInAgain(), at: Date.now() };
      return login.token;
    },
  };
}
