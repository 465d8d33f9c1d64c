import { serverAudits } from 'graphql-http';
import { describe, expect, test } from 'vitest';
import { url } from '../attacks/kit/system.ts';

/**
 * Audits that fail as they are written, by their ids, and pass with the header that they lack.
 *
 * GET is optional (MAY). A GET without a content type is what any page of any site can send without asking first, so it is
 * answered only with a header that makes browsers ask (CSRF prevention). With that header the audits pass, so GET itself is
 * what the specification wants.
 */
const wantPreflight = new Set(['5A70', 'D6D5', '6A70']);

const auditsOf = (headers: Record<string, string>) =>
  serverAudits({
    url,
    fetchFn: (input: string, init: RequestInit = {}) =>
      fetch(input, { ...init, headers: { ...init.headers, ...headers } }),
  });

const plain = auditsOf({});
const preflighted = auditsOf({ 'apollo-require-preflight': '1' });

describe('the running gateway passes the audits of GraphQL over HTTP', () => {
  test('all of them are here', () => {
    expect(plain.length).toBeGreaterThan(60);
    expect(plain.map(({ id }) => id)).toEqual(expect.arrayContaining([...wantPreflight]));
  });

  test.each(plain.filter(({ id }) => !wantPreflight.has(id)))('$id $name', async ({ fn }) => {
    expect(await fn()).toMatchObject({ status: 'ok' });
  });

  test.each(preflighted.filter(({ id }) => wantPreflight.has(id)))(
    '$id $name, with a header that only asked-for pages can send',
    async ({ id, fn }) => {
      expect(await fn()).toMatchObject({ status: 'ok' });
      const alone = await plain.find((audit) => audit.id === id)!.fn();
      expect(alone).toMatchObject({ status: 'notice', reason: 'Response status code is not 200' });
    },
  );
});
