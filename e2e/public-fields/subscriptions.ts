import type { GraphQLSchema } from 'graphql';
import { type Json, signUp } from '../kit/client.ts';
import { createEvent, register } from '../kit/graph.ts';
import { callOf } from './arguments.ts';
import { type Followed, follow } from './follow.ts';
import { told } from './outcome.ts';
import { partsOf } from './payloads.ts';
import type { Row } from './row.ts';
import { change, type Seed } from './seed.ts';
import { backUp, stirProjects } from './seed-projects.ts';
import { fieldsOf } from './walk.ts';

/** Subscriptions of which nothing comes of what people do: of health, of quotas, of the graph and the databases, of what is complete. */
const silent = [
  'subgraphHealthChanged',
  'quotaThresholdReached',
  'supergraphUpdated',
  'dataExportUpdated',
  'databaseHealthChanged',
  'poolExhausted',
  'migrationStepCompleted',
];

/** Who may follow what, and what they hear when Ada does something. */
export async function askSubscriptions(schema: GraphQLSchema, seed: Seed): Promise<Row[]> {
  const { stranger, ada, ben, administrator } = seed;
  const type = schema.getSubscriptionType()!;
  const subscriptions = await Promise.all(
    fieldsOf(type).map(async (field) => {
      const { parts, selection } = partsOf(schema, field);
      const document = `subscription { ${callOf(type.name, field, seed)} ${selection} }`;
      const streams = [stranger, ada, ben, administrator].map((caller) => follow(caller, document));
      return { name: field.name, parts, streams: await Promise.all(streams) };
    }),
  );
  await stir(seed);
  await stirByOthers(seed);

  const rows: Row[] = [];
  for (const { name, parts, streams } of subscriptions) {
    rows.push({ coordinate: `${type.name}.${name}`, outcomes: streams.map(({ outcome }) => outcome) });
    const heard = silent.includes(name) ? streams.map(() => null) : await hear(name, streams);
    for (const { coordinate, path } of parts) {
      const outcomes = streams.map(({ outcome }, index) => {
        if (outcome !== 'open') return outcome;
        return heard[index] ? told(heard[index], path) : 'not sent';
      });
      rows.push({ coordinate, outcomes });
    }
    for (const stream of streams) stream.close();
  }
  return rows;
}

/** What came of Ada's doing to each stream, null where something of others came first. */
async function hear(name: string, streams: readonly Followed[]): Promise<Json[]> {
  const firsts = await Promise.all(
    streams.map(async ({ outcome, first }) => (outcome === 'open' ? (await first).data[name] : null)),
  );
  const [, byAda, , byAdministrator] = firsts;
  const { eventId } = byAda ?? byAdministrator;
  return firsts.map((event) => (event?.eventId === eventId ? event : null));
}

/** Does with Ada's things what subscriptions tell of. */
async function stir({ ada, administrator, ids, events, projects, adaAgain }: Seed): Promise<void> {
  await stirProjects(ada, projects);
  await backUp(administrator);
  const newcomer = await signUp('Newcomer');
  await change(newcomer, `userErase(id: "${newcomer.id}", input: {})`);
  await change(ada, `userEraseCancel(id: "${ids.ErasureRequest}")`);
  await createEvent(ada);
  await change(ada, `eventUpdate(id: "${events.live}", input: {title: "Changed"})`);
  await register(ada, events.live);
  await change(ada, `userUpdate(id: "${ada.id}", input: {displayName: "Countess"})`);
  await change(administrator, `roleAssign(input: {userId: "${ada.id}", role: "premium"})`);
  const { viewer } = await (await adaAgain()).data('{ viewer { session { id } } }');
  await change(ada, `sessionRevoke(id: "${viewer.session.id}")`);
}

/** Others do the same with what is theirs: who hears of this first has not heard of Ada's. */
async function stirByOthers({ ada, ben, administrator, events }: Seed): Promise<void> {
  for (const other of [ben, administrator]) await register(other, events.live);
  await change(ada, `eventCancel(id: "${events.live}", input: {reason: "Rain."})`);
}
