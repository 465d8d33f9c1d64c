import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OtlpReceiver, startOtlpReceiver } from '@kronos/telemetry/testing';
import {
  buildSchema,
  type ConstDirectiveNode,
  type GraphQLField,
  getNamedType,
  isInputObjectType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type Client, client, logIn, type Person, signUp } from '../kit/client.ts';
import { type Kronos, startKronos } from '../kit/kronos.ts';
import { markedOperation } from './marked.ts';

const root = new URL('../../', import.meta.url);
const supergraph = await readFile(new URL('supergraph.graphql', root), 'utf8');
const schema = buildSchema(supergraph, { assumeValidSDL: true });
/** What ends somebody's access comes last. */
const mutations = Object.values(schema.getMutationType()!.getFields()).sort(
  (one, other) => Number(ends(one)) - Number(ends(other)),
);

function ends({ name }: GraphQLField<unknown, unknown>): boolean {
  return /revoke|erase|suspend|delete|remove|disable|rotate|end$/i.test(name);
}

let receiver: OtlpReceiver;
let kronos: Kronos;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
  kronos = await startKronos({
    environment: {
      LOG_LEVEL: 'debug',
      KRONOS_QUOTAS: 'false',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
  });
});
afterAll(async () => {
  await kronos?.[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

/** What is wrong with a request, in all the words in which its sender is told. */
function complaintsIn({ data, errors }: Answer): string {
  return JSON.stringify([data, errors?.map(({ message, extensions }) => ({ message, extensions }))]);
}

async function logs(): Promise<Record<string, string>> {
  const folder = join(kronos.home, 'logs');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index]!]));
}

/** The lines of a text that have the mark, shortened around it. */
function traces(text: string, mark: string): string[] {
  const lines = text.split('\n').filter((line) => line.includes(mark));
  return lines.slice(0, 5).map((line) => {
    const at = line.indexOf(mark);
    return line.slice(Math.max(0, at - 150), at + mark.length + 100);
  });
}

test('what people send in a mutation is in no log, no trace, no figure and no error', async () => {
  const text = `zq${randomBytes(8).toString('hex')}`;
  const person: Person = await signUp(text, kronos.url);
  const mark = { text, userId: person.id };
  let administrator = await logIn(kronos.administrator, kronos.url);
  const stranger = client(undefined, kronos.url, { 'user-agent': `Browser of ${text}` });
  const complaints: Record<string, string[]> = {};

  async function send(caller: Client, name: string, document: string, variables: Record<string, unknown>) {
    const answer = await caller.query(document, variables);
    const found = traces(complaintsIn(answer), text);
    if (found.length > 0) complaints[name] = [...(complaints[name] ?? []), ...found];
    return answer;
  }

  for (const field of mutations) {
    const { document, variables } = markedOperation(field, mark);
    await send(stranger, field.name, document, variables);
    // Of the wrong types, too: what a client library sends by mistake.
    const wrong = Object.fromEntries(
      Object.keys(variables).map((name) => [
        name,
        { email: [text], displayName: { deep: text }, wrong: text },
      ]),
    );
    await send(administrator, field.name, document, wrong);
    await send(person, field.name, document, variables);
    const { errors } = await send(administrator, field.name, document, variables);
    if (errors?.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED'))
      administrator = await logIn(kronos.administrator, kronos.url);
  }
  const metrics = await (await fetch(new URL('/metrics', kronos.url))).text();
  expect(metrics).toContain('kronos_');
  // All that is under way has been written, and all spans have been sent, when the processes have ended.
  await kronos.stop();

  expect(complaints).toEqual({});
  const written = Object.entries(await logs()).map(([name, content]) => [name, traces(content, text)]);
  expect(Object.fromEntries(written.filter(([, found]) => found!.length > 0))).toEqual({});
  expect(written.length).toBeGreaterThan(1);
  expect(traces(kronos.output(), text)).toEqual([]);
  expect(traces(metrics, text)).toEqual([]);
  expect(receiver.spans.length).toBeGreaterThan(mutations.length);
  expect(receiver.spans.filter((span) => JSON.stringify(span).includes(text))).toEqual([]);
});

/** What a field is called that holds something personal. */
const personal = /^(email|newEmail|displayName|ipAddress|userAgent|avatarUrl|phone(Number)?|birthday)$/;

test('every field that holds something personal is tagged so', () => {
  const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('join__'));
  const untagged = types.flatMap((type) => {
    if (!isObjectType(type) && !isInputObjectType(type)) return [];
    return Object.values(type.getFields())
      .filter(({ name }) => personal.test(name))
      .filter(({ astNode }) => {
        const directives: readonly ConstDirectiveNode[] = astNode?.directives ?? [];
        const tags = directives.filter(({ name }) => name.value === 'tag');
        return !JSON.stringify(tags).includes('"pii"');
      })
      .map((field) => `${type.name}.${field.name}: ${getNamedType(field.type)}`);
  });
  expect(untagged).toEqual([]);
});
