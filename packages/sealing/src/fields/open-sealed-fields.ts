import type { Logger } from '@kronos/service';
import type { Registry } from 'prom-client';
import type { MasterKey } from '../master-keys.ts';
import { keepSealed, type SealedColumn, type SealedDatabase } from '../reseal.ts';
import { createSealer } from '../sealed.ts';
import type { SealedFields } from './declaration.ts';
import { type ModelPlan, planModels, type RuntimeDataModel } from './model-plans.ts';
import { openPersonKeys, personKeyContext, searchKeyContext } from './person-keys.ts';
import { type Rewriting, type RewrittenQuery, rewriteQuery } from './rewrite-query.ts';
import { sealExisting } from './seal-existing.ts';
import { personsOf, sealedRowsOf, unsealRows } from './unseal-rows.ts';
import { sealValue } from './values.ts';

/** The part of a Prisma client that is extended. Its type has more that this one does not need to know. */
interface ExtendedClient extends SealedDatabase {
  $extends(extension: object): unknown;
}

/** What one of Prisma's extensions is called with. */
interface ExtendedQuery {
  model: string;
  operation: string;
  args: Record<string, unknown> | undefined;
  query(args: unknown): Promise<unknown>;
}

/** A domain's database with sealed fields. */
export interface SealedFieldsOf<Client> {
  /** The client, for which what is sealed is clear. */
  database: Client;
  /** Unseals rows of a table as SQL gives them, by the names of columns, where they are. */
  unsealRows(table: string, rows: readonly Record<string, unknown>[]): Promise<void>;
  /**
   * Seals in the background what lies in the clear from before, and the keys anew when there is a new master key.
   *
   * @returns what stops it, when the work under way is done
   */
  keep(options: { logger: Logger; metrics: Registry }): () => Promise<void>;
  /** Ends the connection of the keys; the client's own go on. */
  close(): Promise<void>;
}

/** The keys, which a new master key seals anew; nothing else has to be. */
const keyColumns: readonly SealedColumn[] = [
  {
    table: 'person_key',
    id: 'person_id',
    idType: 'uuid',
    column: 'sealed_key',
    context: personKeyContext,
  },
  { table: 'search_key', id: 'id', idType: 'text', column: 'sealed_key', context: searchKeyContext },
];

/** A process that is older may write in the clear for a while after all of it was sealed. */
const lookAgainMs = 60 * 60 * 1_000;
const retryMs = 5_000;

/**
 * Opens a domain's database so that declared fields are sealed when they are written and unsealed when they are read, each
 * with the key of the person whom its row belongs to.
 *
 * The database has to have the tables `person_key` and `search_key`, as `prisma/users` does.
 *
 * @param options.client Prisma's, which goes on for what is to be seen as it lies there
 * @param options.masterKeys the current one first
 * @param options.logger of what cannot be read
 * @throws an Error when the declaration does not fit the models
 */
export function openSealedFields<Client extends object>(options: {
  client: Client;
  databaseUrl: string;
  masterKeys: () => readonly MasterKey[];
  fields: SealedFields;
  logger?: Logger;
}): SealedFieldsOf<Client> {
  const { databaseUrl, logger } = options;
  const client = options.client as unknown as ExtendedClient & { _runtimeDataModel: RuntimeDataModel };
  const plans = planModels(client._runtimeDataModel, options.fields);
  const master = createSealer({ keys: options.masterKeys });
  const keys = openPersonKeys({ databaseUrl, master, logger });
  const sealedModels = [...plans.values()].filter(({ sealed }) => sealed !== null);
  let searchable: Promise<unknown> | undefined;

  /** Before all values have their hashes none is looked for, or two could have the same that is unique. */
  function untilSearchable(): Promise<unknown> {
    searchable ??= sealAll(({ isSearchable }) => isSearchable).catch((error: unknown) => {
      searchable = undefined;
      throw error;
    });
    return searchable;
  }

  async function sealAll(which: (field: { isSearchable: boolean }) => boolean): Promise<void> {
    for (const model of sealedModels)
      for (const field of model.sealed!.fields.values())
        if (which(field)) {
          const left = await sealExisting(model, field, { database: client, keys });
          if (left > 0) logger?.error({ field: field.label, left }, 'values of nobody stay in the clear');
        }
  }

  async function rewrite(
    model: ModelPlan,
    operation: string,
    args: Record<string, unknown>,
    needs: Needs,
  ): Promise<RewrittenQuery> {
    if (needs.hashes) await untilSearchable();
    const hash = needs.hashes ? await keys.hasher() : undefined;
    const sealers = await keys.findOrMake(needs.persons);
    return rewriteQuery(model, operation, args, {
      plans,
      hash: (field, value) => hash!(field, value),
      seal: (field, person, value) => sealValue(sealers.get(person)!, field, person, value),
    });
  }

  async function unseal(answer: unknown, { shape }: RewrittenQuery): Promise<unknown> {
    const rows = sealedRowsOf(answer, shape);
    if (rows.length > 0) unsealRows(rows, await keys.find(personsOf(rows)), logger);
    return answer;
  }

  const database = client.$extends({
    name: 'sealed fields',
    query: {
      $allModels: {
        async $allOperations({ model: name, operation, args = {}, query }: ExtendedQuery) {
          const model = plans.get(name);
          if (!model?.leadsToSealed) return query(args);
          const needs: Needs = { hashes: false, persons: new Set() };
          const rewritten = rewriteQuery(model, operation, args, noting(plans, needs));
          // At once where it can be: Prisma makes one query of many that come in the same moment.
          if (!needs.hashes && needs.persons.size === 0)
            return unseal(await query(rewritten.args), rewritten);
          const sealed = await rewrite(model, operation, args, needs);
          return unseal(await query(sealed.args), sealed);
        },
      },
    },
  }) as Client;

  return {
    database,

    async unsealRows(table, rows) {
      const model = sealedModels.find((candidate) => candidate.table === table);
      if (!model) return;
      for (const row of rows) nameByFields(model, row);
      const shape = { model, added: [], relations: new Map() };
      await unseal(rows, { args: {}, shape });
      for (const row of rows) nameByColumns(model, row);
    },

    keep({ logger: log, metrics }) {
      const stopKeys = keepSealed({
        database: client,
        columns: keyColumns,
        sealer: master,
        logger: log,
        metrics,
      });
      const stopFields = repeat(async () => {
        await untilSearchable();
        await sealAll(() => true);
      }, log);
      return async () => {
        await Promise.all([stopKeys(), stopFields()]);
      };
    },

    close: () => keys.close(),
  };
}

/** What has to be at hand before a query can be rewritten. */
interface Needs {
  hashes: boolean;
  persons: Set<string>;
}

/** Rewrites nothing, and notes what would be needed for it. */
function noting(plans: Rewriting['plans'], needs: Needs): Rewriting {
  return {
    plans,
    hash(_field, value) {
      needs.hashes = true;
      return value;
    },
    seal(_field, person, value) {
      needs.persons.add(person);
      return String(value);
    },
  };
}

function columnsOf({ sealed }: ModelPlan): [field: string, column: string][] {
  const fields = [...sealed!.fields.values()].flatMap((field): [string, string][] => [
    [field.name, field.column],
    [field.sealedIn, field.sealedColumn],
  ]);
  return [[sealed!.person, sealed!.personColumn], ...fields];
}

function nameByFields(model: ModelPlan, row: Record<string, unknown>): void {
  const values = columnsOf(model).map(([field, column]) => [field, row[column]] as const);
  for (const [, column] of columnsOf(model)) delete row[column];
  for (const [field, value] of values) row[field] = value;
}

/** A value that is clear stands under the name of the column that has the value, be it sealed; that of hashes goes. */
function nameByColumns(model: ModelPlan, row: Record<string, unknown>): void {
  const { sealed } = model;
  const values = [...sealed!.fields.values()].map(
    (field) => [field.sealedColumn, row[field.name], field.name] as const,
  );
  const person = row[sealed!.person];
  delete row[sealed!.person];
  for (const [, , name] of values) delete row[name];
  for (const [column, value] of values) row[column] = value;
  row[sealed!.personColumn] = person;
}

function repeat(work: () => Promise<void>, logger: Logger): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const run = () =>
    work().then(
      () => lookAgainMs,
      (error: unknown) => {
        logger.warn({ err: error }, 'what lies in the clear from before stays so until this works again');
        return retryMs;
      },
    );
  const go = async (): Promise<void> => {
    const waitMs = await run();
    if (isStopped) return;
    timer = setTimeout(() => {
      working = go();
    }, waitMs);
  };
  let working = go();
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await working;
  };
}
