import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { repositoryRoot } from '@kronos/service/environment';
import { z } from 'zod';
import { redirectUriFault } from './oauth-client.rules.ts';

const loopbackHosts = ['127.0.0.1', '[::1]', 'localhost'];
const mostProviders = 20;

const issuer = z.string().refine((text) => {
  const url = URL.parse(text);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url));
  return isSafe && !text.includes('?') && !text.includes('#');
}, 'expected an https URL, or one of this machine');

const provider = z.strictObject({
  /** What clients call it; identities are linked to it by this name. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected a word in lower case'),
  issuer,
  clientId: z.string().min(1, 'expected the id that the provider has given').max(500),
  /** Absent for a client that has none, which then proves itself by PKCE alone. */
  clientSecret: z.string().min(1, 'expected the secret that the provider has given').max(500).optional(),
  /** How the secret is sent (OpenID Connect Core, 9). */
  clientAuthentication: z.enum(['client_secret_basic', 'client_secret_post']).default('client_secret_basic'),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'expected the name of a scope'))
    .refine((scopes) => scopes.includes('openid'), 'expected openid among them')
    .default(['openid', 'email', 'profile']),
  /** The only pages that people may be sent back to. Absent: any page of the origins of Kronos. */
  redirectUris: z
    .array(z.string().refine((uri) => redirectUriFault(uri) === null, 'expected an address'))
    .optional(),
});

const providers = z
  .array(provider)
  .max(mostProviders, `expected at most ${mostProviders} providers`)
  .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'expected each name once');

/** Another provider of OpenID Connect, as it is configured. */
export type ForeignProviderSettings = z.output<typeof provider>;

/** Is it an address of this machine, for which TLS would prove nothing? */
export function isLoopback(url: URL): boolean {
  return loopbackHosts.includes(url.hostname);
}

/**
 * The list of other providers: JSON, or the path of a file with it, relative to the project. No fault tells a value of it,
 * because there are secrets in it.
 */
export const signInProvidersVariable = () =>
  z
    .string()
    .default('[]')
    .transform((text, context): ForeignProviderSettings[] => {
      const result = providers.safeParse(tryRead(text.trim()));
      if (result.success) return result.data;
      const faults = result.error.issues.map(
        ({ path, message }) => `${path.join('.') || 'all of it'}: ${message}`,
      );
      context.addIssue({
        code: 'custom',
        message: `expected a JSON list of providers, or a file with one; ${faults.join('; ')}`,
      });
      return z.NEVER;
    });

function tryRead(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('[') ? text : readFileSync(resolve(repositoryRoot, text), 'utf8'));
  } catch {
    // What is wrong with it, JSON.parse says by quoting it.
    return undefined;
  }
}
