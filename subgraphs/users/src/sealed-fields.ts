import type { SealedFields } from '@kronos/sealing';

/** What of this domain is sealed with the keys of the persons whom it is about. */
export const sealedFields: SealedFields = {
  DataExport: { person: 'userId', fields: { privateKey: {} } },
  Suspension: { person: 'userId', fields: { reason: { erased: '' } } },
};
