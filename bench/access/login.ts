import { hashPassword, verifyPassword } from '@kronos/prisma-auth/password-hash';
import { newId } from '@kronos/subgraph';
import { createTestDomain, createTestProducer } from '@kronos/subgraph/testing';
import { createSubgraph } from '../../subgraphs/auth/src/subgraph.ts';
import { median, medianRatio } from '../median.ts';

/** What a round has measured of one of the two. */
interface Round {
  perSecond: number;
  /** Of this process, in milliseconds: argon2's threads are its own. */
  cpuMs: number;
}

/** What logging in costs beside argon2 alone, by rounds. */
export interface LoginFigures {
  argon2: Round[];
  login: Round[];
  /** How much CPU a login takes for each that argon2 alone takes. */
  cpuRatio: number;
  /** How many logins there are for each verification of argon2 in the same time. */
  rateRatio: number;
}

/** As many at once as keep a machine busy: more would only wait. */
const atOnce = 4;

/**
 * Logins by `sessionCreate` through HTTP, in turns with argon2 alone on the same password: of a login nearly all is meant to
 * be argon2, so it is the ratio that counts, and a machine that is slow for a minute is slow for both.
 */
export async function login(turns: { seconds: number; rounds: number }): Promise<LoginFigures> {
  await using auth = await createTestDomain('auth', createSubgraph);
  // A login first reads what rights there are now, and waits for a log that does not begin.
  await using users = await createTestProducer('users', auth.redisUrl);
  await users.publish('accessChanged', { userId: newId(), roles: [], scopes: [] });
  const [email, password] = ['ada@example.com', 'correct horse battery staple'];
  const { data } = await auth.execute(
    'mutation($input: UserSignUpInput!) { userSignUp(input: $input) { userErrors { code } } }',
    { input: { email, password, displayName: 'Ada' } },
  );
  if (data?.userSignUp?.userErrors.length !== 0) throw new Error('no account to log in to');
  const authorization = await auth.authorization();
  const origin = await auth.app.listen({ host: '127.0.0.1', port: 0 });
  const body = JSON.stringify({
    query: `mutation($input: SessionCreateInput!) {
      sessionCreate(input: $input) { tokens { accessToken refreshToken } userErrors { code } }
    }`,
    variables: { input: { email, password } },
  });
  async function logIn() {
    const headers = { 'content-type': 'application/json', authorization };
    const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body });
    const answer = (await response.json()) as { data?: { sessionCreate: { tokens: object | null } } };
    if (!answer.data?.sessionCreate.tokens) throw new Error(`no login: ${JSON.stringify(answer)}`);
  }
  const passwordHash = await hashPassword(password);
  const verify = () => verifyPassword(passwordHash, password);

  await round(verify, turns.seconds / 2);
  await round(logIn, turns.seconds / 2);
  const [argon2, logins]: [Round[], Round[]] = [[], []];
  for (let done = 0; done < turns.rounds; done += 1) {
    argon2.push(await round(verify, turns.seconds));
    logins.push(await round(logIn, turns.seconds));
  }
  const of = (rounds: Round[], figure: keyof Round) => rounds.map((one) => one[figure]);
  return {
    argon2,
    login: logins,
    cpuRatio: medianRatio(of(logins, 'cpuMs'), of(argon2, 'cpuMs')),
    rateRatio: medianRatio(of(logins, 'perSecond'), of(argon2, 'perSecond')),
  };
}

async function round(work: () => Promise<unknown>, seconds: number): Promise<Round> {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  const end = begun + seconds * 1000;
  let count = 0;
  async function workOn() {
    while (performance.now() < end) {
      await work();
      count += 1;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, workOn));
  const { user, system } = process.cpuUsage(before);
  return {
    perSecond: (count * 1000) / (performance.now() - begun),
    cpuMs: (user + system) / 1000 / count,
  };
}

/** The medians of all rounds, as a table of Markdown. */
export function loginTable({ argon2, login, cpuRatio, rateRatio }: LoginFigures): string {
  const row = (name: string, rounds: Round[]) => {
    const [perSecond, cpuMs] = [rounds.map((one) => one.perSecond), rounds.map((one) => one.cpuMs)];
    return `| ${name} | ${median(perSecond).toFixed(1)} | ${median(cpuMs).toFixed(1)} |`;
  };
  return [
    `| what, ${atOnce} at once | a second | CPU ms each |`,
    '| --- | ---: | ---: |',
    row('argon2 alone', argon2),
    row('`sessionCreate` by HTTP to the subgraph', login),
    `| the second for one of the first | ${rateRatio.toFixed(2)} | ${cpuRatio.toFixed(2)} |`,
  ].join('\n');
}
