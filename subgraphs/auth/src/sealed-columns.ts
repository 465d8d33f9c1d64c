import { mailContext } from '@kronos/mail';
import type { SealedColumn } from '@kronos/sealing';
import { signInContext } from './identity.attempt.ts';
import { mfaSecretContext } from './mfa.totp.ts';
import { recordContext } from './provider/record-adapter.ts';
import { signingKeyContext } from './signing-keys.ts';

/** Everything in this domain's database that is sealed: a new master key seals all of it anew. */
export const sealedColumns: readonly SealedColumn[] = [
  {
    table: 'signing_key',
    id: 'kid',
    idType: 'text',
    column: 'sealed_private_key',
    context: signingKeyContext,
  },
  { table: 'mfa_factor', id: 'id', idType: 'uuid', column: 'sealed_secret', context: mfaSecretContext },
  { table: 'foreign_sign_in', id: 'hash', idType: 'text', column: 'secrets', context: signInContext },
  { table: 'mail', id: 'id', idType: 'uuid', column: 'content', context: mailContext },
  { table: 'oidc_record', id: 'id', idType: 'text', column: 'payload', context: recordContext },
];
