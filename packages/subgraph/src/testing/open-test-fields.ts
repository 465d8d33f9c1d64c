import { openSealedFields, type SealedFields, type SealedFieldsOf } from '@kronos/sealing';
import { tryParseMasterKeys } from '@kronos/sealing/master-keys';
import { testMasterKeys } from '@kronos/sealing/testing';

/** A test's own look into a database with sealed fields, by the keys of the tests. */
export function openTestFields<Client extends object>(
  client: Client,
  databaseUrl: string,
  fields: SealedFields,
): SealedFieldsOf<Client> {
  const keys = tryParseMasterKeys(testMasterKeys)!;
  return openSealedFields({ client, databaseUrl, masterKeys: () => keys, fields });
}
