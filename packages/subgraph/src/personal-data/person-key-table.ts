import { shredPerson } from '@kronos/sealing';
import { erasedBy, type PersonalTable, type PersonalTransaction } from './personal-data.ts';

/**
 * The table `person_key` in the register of a domain with sealed fields, as the last of its tables: with the key of somebody
 * ends whatever of them was not erased, in copies and logs of the database, too.
 */
export const personKeyTable: PersonalTable<PersonalTransaction> = {
  holds: 'That a key of theirs was made, which seals what is sealed of them.',
  person: 'person_id',
  withheld: ['sealed_key'],
  onErasure: erasedBy(async (tx, userId) => ({ erased: (await shredPerson(tx, userId)) ? 1 : 0 })),
};

/** Why the table of the key of hashes holds nothing of people. */
export const searchKeyTable =
  'The key of the hashes by which sealed fields are found; of nobody in particular.';
