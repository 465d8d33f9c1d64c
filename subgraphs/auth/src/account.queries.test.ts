import { PrismaClient } from '@kronos/prisma-auth';
import { encodeId, newId } from '@kronos/subgraph';
import { PrismaPg } from '@prisma/adapter-pg';
import { expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';
import { startAuth } from './test-kit.ts';

const people = `query($people: [_Any!]!) { _entities(representations: $people) { ... on User {
  email emailVerified recoveryCodesLeft mfaFactors { name } linkedIdentities { provider } } } }`;
const clients = 'query($first: Int) { oauthClients(first: $first) { nodes { secrets { createdAt } } } }';
const administrator = { scopes: ['auth:admin', 'users:read'] };

test('what ten people and ten clients have costs as many queries as what one has', async () => {
  const statements: string[] = [];
  await using auth = await startAuth({}, (environment) => {
    const adapter = new PrismaPg({ connectionString: environment.AUTH_DATABASE_URL, max: 5 });
    const client = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
    client.$on('query', ({ query }) => statements.push(query));
    return createSubgraph(environment, client);
  });
  const ids = Array.from({ length: 10 }, () => newId());
  for (const [index, id] of ids.entries()) {
    const who = { email: `row-${index}@example.com`, roles: [], scopes: [] };
    await auth.database.account.create({ data: { id, ...who } });
    const accountId = id;
    await auth.database.mfaFactor.create({
      data: { id: newId(), accountId, kind: 'TOTP', name: `${index}` },
    });
    const linked = { provider: 'acme', issuer: 'https://id.acme.example', subject: `${index}` };
    await auth.database.linkedIdentity.create({ data: { id: newId(), accountId, ...linked } });
    await auth.database.recoveryCode.create({ data: { accountId, hash: `${index}`.padEnd(64, 'a') } });
    const lists = { scopes: [], grantTypes: [], redirectUris: [], postLogoutRedirectUris: [] };
    const secrets = { create: { hash: `${index}`.padEnd(64, 'b') } };
    await auth.database.oAuthClient.create({
      data: { id: newId(), name: 'Service', ...lists, isConfidential: true, secrets },
    });
  }
  const costOf = async (document: string, variables: object) => {
    statements.length = 0;
    const { data, errors } = await auth.execute(document, variables, administrator);
    expect(errors).toBeUndefined();
    // What belongs to the rows: what goes on beside the request asks otherwise.
    return {
      data,
      count: statements.filter((sql) => /"(account_id|client_id|id)" (=|IN) ?\(?\$/.test(sql)).length,
    };
  };
  const representations = (count: number) => ({
    people: ids.slice(0, count).map((id) => ({ __typename: 'User', id: encodeId('user', id) })),
  });

  // The first opens the keys of what is sealed of these people.
  await costOf(people, representations(10));
  const one = await costOf(people, representations(1));
  const ten = await costOf(people, representations(10));
  expect(ten.data!._entities).toEqual(
    ids.map((_, index) => ({
      email: `row-${index}@example.com`,
      emailVerified: false,
      recoveryCodesLeft: 1,
      mfaFactors: [{ name: `${index}` }],
      linkedIdentities: [{ provider: 'acme' }],
    })),
  );
  // Accounts, factors, identities, codes.
  expect([one.count, ten.count]).toEqual([4, 4]);

  const oneClient = await costOf(clients, { first: 1 });
  const tenClients = await costOf(clients, { first: 10 });
  expect(
    tenClients.data!.oauthClients.nodes.flatMap(({ secrets }: { secrets: object[] }) => secrets),
  ).toHaveLength(10);
  expect([oneClient.count, tenClients.count]).toEqual([1, 1]);
});
