import { expect, test } from 'vitest';
import { passwordWeakness } from './password.rules.ts';

const ada = ['ada.lovelace@example.com', 'Ada Lovelace'];

test.each([
  'correct horse battery staple',
  'my admin wrote this one',
  'tr0ub4dor&3xyz',
  'kjq8 wPzr tn2',
  'пароль надёжный',
  '🦊🐢🌵🚀🎻🍇🧊🪁🥁🧭🪐🎲',
  `kjq8 wPzr tn2 ${'x'.repeat(114)}`,
])('accepts %j', async (password) => {
  expect(await passwordWeakness(password, ada)).toBeNull();
});

test.each([
  ['elevenchars', 'at least 12 characters'],
  ['🦊🐢🌵🚀🎻🍇', 'at least 12 characters'],
  [`x${'ab cd'.repeat(26)}`, 'at most 128 characters'],
  ['aaaaaaaaaaaaaa', 'Repeated characters'],
  ['hello1hello1hello1', 'Repeated character patterns'],
  ['hello1'.repeat(21), 'Repeated character patterns'],
  ['123456789012', 'commonly used password'],
  ['abcdefghijklmnop', 'Common character sequences'],
  ['aaaabbbbccccdddd', 'less common'],
  ['ada.lovelace@example.com', 'e-mail address or name'],
  ['AdaLovelace1815', 'e-mail address or name'],
  ['lovelace!!lovelace', 'e-mail address or name'],
  ['Password1234!', 'commonly used password'],
  ['P@ssw0rd2026', 'commonly used password'],
  ['Summer2026!!', 'less common'],
  ['iloveyou123456', 'commonly used password'],
  ['qwertyuiop12', 'commonly used password'],
  ['administrator1', 'less common'],
])('refuses %j: %s', async (password, reason) => {
  expect(await passwordWeakness(password, ada)).toContain(reason);
});

test('a short or empty name forbids nothing', async () => {
  expect(await passwordWeakness('correct horse battery staple', ['', 'o', '  '])).toBeNull();
});

/** CPU time in milliseconds, which others on the machine do not lengthen as they do the clock. */
async function work(password: string, personal: readonly string[] = ada): Promise<number> {
  const before = process.cpuUsage();
  await passwordWeakness(password, personal);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test('long input burns no more than short: neither passwords nor names', async () => {
  const substitutions = '4@8({[<369&#!1/|0$5+7%2';
  const [short, long] = [substitutions, substitutions.repeat(6).slice(0, 128)];
  await work(short);
  const rounds = Array.from({ length: 7 });
  const median = (figures: number[]) => figures.toSorted((one, other) => one - other)[3]!;
  const costs = { short: [] as number[], long: [] as number[], name: [] as number[] };
  for (const _ of rounds) {
    costs.short.push(await work(short));
    costs.long.push(await work(long));
    costs.name.push(await work(short, ['a.b.c '.repeat(100_000), 'x'.repeat(1_000_000)]));
  }
  expect(median(costs.long)).toBeLessThan(median(costs.short) * 3 + 5);
  expect(median(costs.name)).toBeLessThan(median(costs.short) * 3 + 5);
  expect(await work('x'.repeat(1_000_000))).toBeLessThan(500);
});
