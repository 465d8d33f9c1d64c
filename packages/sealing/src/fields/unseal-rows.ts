import type { Logger } from '@kronos/service';
import type { Sealer } from '../sealed.ts';
import type { FieldPlan } from './model-plans.ts';
import type { Shape } from './selection.ts';
import { hashPrefix, sealedPrefix, UnsealError, unsealValue } from './values.ts';

type Row = Record<string, unknown>;

/** A row of an answer that has sealed fields, and of whom it is. */
interface SealedRow {
  row: Row;
  shape: Shape;
  person: string | null;
}

/** Finds the rows of an answer in which something is sealed, however deep. */
export function sealedRowsOf(answer: unknown, shape: Shape): SealedRow[] {
  const found: SealedRow[] = [];
  collect(answer, shape, found);
  return found;
}

/** The persons whose keys are needed for rows: not of those that have nothing to unseal. */
export function personsOf(rows: readonly SealedRow[]): Set<string> {
  const persons = new Set<string>();
  for (const { row, shape, person } of rows) {
    const fields = shape.model.sealed?.fields.values() ?? [];
    if (person && [...fields].some(({ sealedIn }) => isSealed(row[sealedIn]))) persons.add(person);
  }
  return persons;
}

/**
 * Unseals rows where they are, and takes away what nobody asked for. What cannot be read, because its key is no more or it
 * was not sealed for this place, is read as what the declaration says; the latter is logged.
 */
export function unsealRows(
  rows: readonly SealedRow[],
  sealers: ReadonlyMap<string, Sealer | null>,
  logger?: Logger,
): void {
  for (const { row, shape, person } of rows) {
    const { sealed } = shape.model;
    for (const field of sealed?.fields.values() ?? [])
      if (field.name in row)
        row[field.name] = readValue(field, row, person, person ? sealers.get(person) : null, logger);
    for (const name of [...(sealed?.hidden ?? []), ...shape.added]) delete row[name];
  }
}

/** Whether a value is one that was sealed; what is not is from before its field was. */
export function isSealed(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith(sealedPrefix);
}

function collect(answer: unknown, shape: Shape, found: SealedRow[]): void {
  if (Array.isArray(answer)) for (const row of answer) collect(row, shape, found);
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return;
  const row = answer as Row;
  const { sealed } = shape.model;
  const person = sealed && row[sealed.person];
  if (sealed) found.push({ row, shape, person: typeof person === 'string' ? person : null });
  for (const [name, nested] of shape.relations) collect(row[name], nested, found);
}

function readValue(
  field: FieldPlan,
  row: Row,
  person: string | null,
  sealer: Sealer | null | undefined,
  logger: Logger | undefined,
): unknown {
  const value = row[field.name];
  const text = row[field.sealedIn];
  if (!isSealed(text)) {
    const isLost = field.isSearchable && typeof value === 'string' && value.startsWith(hashPrefix);
    return isLost ? field.erased : value;
  }
  if (!sealer || !person) return field.erased;
  try {
    return unsealValue(sealer, field, person, text);
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    logger?.error({ err: error, field: field.label, person }, 'a value was not sealed for where it lies');
    return field.erased;
  }
}
