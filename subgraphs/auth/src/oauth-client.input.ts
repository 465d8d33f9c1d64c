import { scopesOf, UserFault, userFaults } from '@kronos/subgraph';
import { z } from 'zod';
import type { Context } from './context.ts';
import {
  type ClientShape,
  clientFaults,
  grantTypes,
  isScope,
  redirectUriFault,
  rightsAmong,
} from './oauth-client.rules.ts';

const list = (most: number) => z.string().array().max(most, `At most ${most}.`).transform(unique);

const uris = list(20).superRefine((values, context) => {
  for (const [index, uri] of values.entries()) {
    const message = redirectUriFault(uri);
    if (message) context.addIssue({ code: 'custom', message, path: [index], input: uri });
  }
});

/** What a client is made of, each by itself. */
export const clientFields = {
  name: z
    .string()
    .transform((name) => name.normalize('NFC').trim())
    .pipe(z.string().min(1, 'A name is needed.').max(80, 'A name has at most 80 characters.'))
    .refine((name) => !/\p{C}/u.test(name), 'A name is made of visible characters.'),
  scopes: list(50).refine((scopes) => scopes.every(isScope), 'A scope is a word, or two like users:read.'),
  grantTypes: list(10).refine(
    (grants) =>
      grants.length > 0 && grants.every((grant) => (grantTypes as readonly string[]).includes(grant)),
    `One or more of ${grantTypes.join(', ')}.`,
  ),
  redirectUris: uris,
  postLogoutRedirectUris: uris,
  idTokenAlgorithm: z.enum(['RS256', 'EDDSA']),
};

/** Ends the mutation with every fault of a client whose fields do not fit together. */
export function assertFitsTogether(shape: ClientShape): void {
  const faults = clientFaults(shape).map(
    ({ field, message }) => new UserFault({ code: 'INVALID', message, field: ['input', field] }),
  );
  if (faults.length > 0) userFaults(faults);
}

/** Ends the mutation when the caller would give a right that they have not themselves, be it a person or a service. */
export function assertMayGive(scopes: readonly string[], context: Context): void {
  const held = scopesOf(context);
  const missing = rightsAmong(scopes).filter((scope) => !held?.has(scope));
  if (missing.length === 0) return;
  userFaults(
    new UserFault({
      code: 'FORBIDDEN',
      message: `You cannot give what you have not yourself: ${missing.join(', ')}.`,
      field: ['input', 'scopes'],
      details: { scopes: missing },
    }),
  );
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}
