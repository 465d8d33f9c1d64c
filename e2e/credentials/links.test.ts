import { expect, test } from 'vitest';
import { type Client, client, logIn, signUp } from '../kit/client.ts';
import { linkIn } from '../kit/mailbox.ts';

const newPassword = 'quite another horse by the river';

/** Opens a link as it stands in the letter, and gives the status and the text of its page. */
async function open(link: URL): Promise<{ status: number; text: string }> {
  const response = await fetch(link, { headers: { accept: 'text/html' } });
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  return { status: response.status, text: await response.text() };
}

/** Sends the form of a page, with its hidden fields, as a browser does. */
function submit(link: URL, page: string, fields: Record<string, string>, site = 'same-origin') {
  const action = /<form method="post" action="([^"]+)"/.exec(page)![1]!;
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const body = new URLSearchParams([
    ...hidden.map(([, name, value]) => [name!, value!]),
    ...Object.entries(fields),
  ]);
  const headers = { origin: 'null', 'sec-fetch-site': site };
  return fetch(new URL(action, link), { method: 'POST', body, headers });
}

const isVerified = async (by: Client) =>
  (await by.data('{ viewer { user { emailVerified } } }')).viewer.user.emailVerified;

test('Ada opens the link of her first letter and confirms her address', async () => {
  const ada = await signUp('Ada');
  const link = await linkIn(ada.email, 'verify-email');
  const { status, text } = await open(link);
  expect([status, await isVerified(ada)]).toEqual([200, false]);

  expect((await submit(link, text, { token: 'made-up' }, 'cross-site')).status).toBe(403);
  expect(await isVerified(ada)).toBe(false);
  expect((await submit(link, text, {})).status).toBe(200);
  expect(await isVerified(ada)).toBe(true);
  expect((await open(link)).status).toBe(422);
});

test('Ada, who has forgotten her password, sets a new one at the link; Eve, who makes a link up, does not', async () => {
  const ada = await signUp('Ada');
  await client().data(
    'mutation($i: PasswordResetRequestInput!) { passwordResetRequest(input: $i) { userErrors { code } } }',
    { i: { email: ada.email } },
  );
  const link = await linkIn(ada.email, 'reset-password');
  const { status, text } = await open(link);
  expect(status).toBe(200);
  const eves = text.replace(link.searchParams.get('token')!, 'made-up');
  expect((await submit(link, eves, { newPassword })).status).toBe(422);

  const weak = await submit(link, text, { newPassword: 'Password1234!' });
  expect([weak.status, /href="#newPassword"/.test(await weak.text())]).toEqual([422, true]);
  await logIn({ email: ada.email, password: ada.password });
  expect((await submit(link, text, { newPassword })).status).toBe(200);
  await logIn({ email: ada.email, password: newPassword });
  await expect(logIn({ email: ada.email, password: ada.password })).rejects.toThrow('INVALID_CREDENTIALS');
});
