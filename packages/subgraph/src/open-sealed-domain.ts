import {
  type MasterKeysSettings,
  openMasterKeys,
  openSealedFields,
  type SealedFields,
} from '@kronos/sealing';
import { createLogger } from '@kronos/service';
import {
  type Domain,
  type DomainDatabase,
  type DomainOptions,
  type DomainTransaction,
  openDomain,
} from './open-domain.ts';

export interface SealedDomainOptions<Client, Transaction extends DomainTransaction, Producer extends string>
  extends Omit<DomainOptions<Transaction, Producer>, 'database' | 'logger' | 'sealed'> {
  /** Prisma's, for which everything is as it lies there. */
  client: Client & DomainDatabase<Transaction>;
  /** Which fields are sealed, and whose they are. */
  sealedFields: SealedFields;
  /** Where the master keys are, as the environment says. */
  masterKeys: MasterKeysSettings;
}

/**
 * Opens a domain in whose database declared fields lie sealed.
 *
 * @returns the domain, and its database: a client for which what is sealed is clear
 * @throws an Error when the declaration does not fit the models
 */
export function openSealedDomain<
  Client extends object,
  Transaction extends DomainTransaction,
  Producer extends string = never,
>(
  options: SealedDomainOptions<Client, Transaction, Producer>,
): { domain: Domain<Producer>; database: Client } {
  const { client, sealedFields, masterKeys, ...rest } = options;
  const logger = createLogger({ name: rest.name, level: rest.logLevel });
  const sealed = openSealedFields({
    client,
    databaseUrl: rest.databaseUrl,
    masterKeys: openMasterKeys(masterKeys),
    fields: sealedFields,
    logger,
  });
  const { database } = sealed;
  return { database, domain: openDomain({ ...rest, database, sealed, logger }) };
}
