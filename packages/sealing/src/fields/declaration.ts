/** A field whose values nobody reads in the database. */
export interface SealedField {
  /**
   * The field of the same model that has the sealed text. Then this field's own column has the keyed hash of the value, by
   * which it is found, and unique constraints on it hold. Without it, the sealed text is in the field's own column, and the
   * field cannot be searched.
   */
  sealedIn?: string;
  /** What is read when the value cannot be read any more; null when omitted, so a field that is never null needs it. */
  erased?: string;
}

/** What of a model is sealed. */
export interface SealedModel {
  /** The field that names the person whom a row belongs to: a UUID. Whoever writes a sealed field has to name it, too. */
  person: string;
  fields: Readonly<Record<string, SealedField>>;
}

/** What of a domain's database is sealed, by the names of Prisma's models. */
export type SealedFields = Readonly<Record<string, SealedModel>>;

/** That a query asks of a sealed field what it cannot give. It is the fault of whoever wrote the query. */
export class SealedFieldError extends Error {
  override readonly name = 'SealedFieldError';
}
