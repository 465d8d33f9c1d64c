/** What of this domain is sealed with the keys of the persons whom it is about, for `openSealedFields`. */
export const sealedFields = {
  Account: { person: 'id', fields: { email: { sealedIn: 'emailSealed', erased: '' } } },
  AccountToken: { person: 'accountId', fields: { email: { erased: '' } } },
  LinkedIdentity: { person: 'accountId', fields: { subject: { sealedIn: 'subjectSealed', erased: '' } } },
};
