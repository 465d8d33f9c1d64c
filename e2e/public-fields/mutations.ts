import type { GraphQLSchema } from 'graphql';
import type { Client } from '../kit/client.ts';
import { callOf } from './arguments.ts';
import { codesOf, told } from './outcome.ts';
import { type Part, partsOf } from './payloads.ts';
import type { Row } from './row.ts';
import type { Seed } from './seed.ts';
import { fieldsOf } from './walk.ts';

/** What becomes of each mutation of Ada's things, and what is given of its payload. */
export async function askMutations(schema: GraphQLSchema, seed: Seed): Promise<Row[]> {
  const { stranger, ben, adaAgain } = seed;
  const type = schema.getMutationType()!;
  const rows: Row[] = [];
  for (const field of fieldsOf(type)) {
    const { parts, selection } = partsOf(schema, field);
    const mutateAs = (caller: Client) =>
      mutate(caller, field.name, `${callOf(type.name, field, seed)} ${selection}`, parts);
    // Ada last: after what she does there may be nothing left for others to try. Some of it ends her sessions.
    const [byStranger, byBen] = [await mutateAs(stranger), await mutateAs(ben)];
    const outcomes = [byStranger, await mutateAs(await adaAgain()), byBen];
    rows.push({
      coordinate: `${type.name}.${field.name}`,
      outcomes: outcomes.map(({ mutation }) => mutation),
    });
    for (const [index, { coordinate }] of parts.entries())
      rows.push({ coordinate, outcomes: outcomes.map((outcome) => outcome.parts[index]!) });
  }
  return rows;
}

/** `done`, the codes of its user errors in brackets, or the code of its error; and the outcome of each part. */
async function mutate(caller: Client, name: string, call: string, parts: readonly Part[]) {
  const answer = await caller.query(`mutation { ${call} }`);
  if (answer.errors) {
    const code = codesOf(answer);
    return { mutation: code, parts: parts.map(() => code) };
  }
  const payload = answer.data[name];
  const codes = new Set<string>(payload.userErrors.map(({ code }: { code: string }) => code));
  return {
    mutation: codes.size > 0 ? `(${[...codes].sort().join('+')})` : 'done',
    parts: parts.map(({ path }) => told(payload, path)),
  };
}
