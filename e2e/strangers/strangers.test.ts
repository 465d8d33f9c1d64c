import { globSync, readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { expect, test } from 'vitest';
import { client, type Json } from '../kit/client.ts';

/** Root fields that anybody may use; every other one refuses a caller without a token. */
const open = [
  'Query.event',
  'Query.events',
  'Query.viewer',
  'Query.node',
  'Query.nodes',
  'Query.health',
  'Query.databaseHealth',
  'Query.subgraphs',
  'Query.subgraph',
  'Query.rateLimit',
  'Query.signInProviders',
  // By an id that nobody can guess: who was erased cannot log in any more.
  'Query.erasureRequest',
  'Subscription.erasureRequestUpdated',
  'Mutation.userSignUp',
  'Mutation.sessionCreate',
  'Mutation.sessionRefresh',
  'Mutation.sessionCreateComplete',
  'Mutation.passkeyChallengeCreate',
  'Mutation.oauthSignInStart',
  'Mutation.oauthSignInComplete',
  'Mutation.emailVerify',
  'Mutation.emailChangeConfirm',
  'Mutation.emailChangeRevert',
  'Mutation.passwordResetRequest',
  'Mutation.passwordResetConfirm',
  'Subscription.eventCreated',
  'Subscription.eventUpdated',
  'Subscription.eventCancelled',
  'Subscription.subgraphHealthChanged',
  'Subscription.supergraphUpdated',
];

const supergraph = readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8');
const schema = buildSchema(supergraph, { assumeValidSDL: true });
const rootFields = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!].flatMap(
  (root) =>
    Object.values(root.getFields()).map((field) => ({
      root: root.name,
      field,
      coordinate: `${root.name}.${field.name}`,
    })),
);

test('the list of open root fields names fields that exist', () => {
  expect(rootFields.map((each) => each.coordinate)).toEqual(expect.arrayContaining(open));
});

test('every root field is run by a test of a subgraph', () => {
  const root = new URL('../../', import.meta.url).pathname;
  const tests = globSync('subgraphs/*/src/**/*.test.ts', { cwd: root }).map((file) =>
    readFileSync(root + file, 'utf8'),
  );
  const untested = rootFields.filter(
    ({ field }) => !tests.some((test) => new RegExp(`\\b${field.name}\\b`).test(test)),
  );
  expect(untested.map((each) => each.coordinate)).toEqual([]);
});

test.each(rootFields.filter((each) => !open.includes(each.coordinate)))(
  '$coordinate refuses a stranger',
  async ({ root, field }) => {
    const { document, variables } = minimalOperation(root, field);
    const response = await fetch(client().url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: root === 'Subscription' ? 'text/event-stream' : 'application/json',
      },
      body: JSON.stringify({ query: document, variables }),
    });
    const text = await response.text();
    expect(text).toContain('"code":"UNAUTHENTICATED"');
    expect(text).not.toMatch(/"data":\{"\w+":\{/);
  },
);

/** The smallest valid operation that selects `field`, with made-up arguments where some are required. */
function minimalOperation(root: string, field: GraphQLField<unknown, unknown>) {
  const required = field.args.filter((argument) => isNonNullType(argument.type));
  const declarations = required.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
  const passed = required.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  const selection = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : '';
  const document = `${root.toLowerCase()} ${declarations && `(${declarations})`} { ${field.name} ${passed && `(${passed})`} ${selection} }`;
  return {
    document,
    variables: Object.fromEntries(required.map((argument) => [argument.name, exampleOf(argument.type)])),
  };
}

function exampleOf(type: GraphQLInputType): Json {
  if (isNonNullType(type)) return exampleOf(type.ofType);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(required.map((field) => [field.name, exampleOf(field.type)]));
  }
  return scalarExamples[type.name] ?? 'made-up';
}

const scalarExamples: Record<string, unknown> = {
  Int: 1,
  Float: 1,
  Boolean: true,
  DateTime: '2027-01-15T18:00:00Z',
  EmailAddress: 'stranger@example.com',
};
