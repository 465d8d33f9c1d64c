export {
  type SealedField,
  SealedFieldError,
  type SealedFields,
  type SealedModel,
} from './fields/declaration.ts';
export { openSealedFields, type SealedFieldsOf } from './fields/open-sealed-fields.ts';
export { shredPerson } from './fields/person-keys.ts';
export {
  type MasterKey,
  type MasterKeysSettings,
  masterKeysEnvironment,
  openMasterKeys,
} from './master-keys.ts';
export { keepSealed, resealColumn, type SealedColumn } from './reseal.ts';
export { createSealer, type Sealer, UnsealError } from './sealed.ts';
