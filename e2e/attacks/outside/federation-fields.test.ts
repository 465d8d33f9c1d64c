import { beforeAll, expect, test } from 'vitest';
import { type Person, signUp } from '../../kit/client.ts';
import { ask, codesOf } from '../kit/send.ts';
import { expectSound } from '../kit/sound.ts';

let ada: Person;
beforeAll(async () => {
  ada = await signUp('Ada');
});

const entities = '_entities(representations: [{ __typename: "User", id: "user_1" }]) { __typename }';

test.each([
  '{ _service { sdl } }',
  '{ viewer: _service { sdl } }',
  'query Harmless { ...F } fragment F on Query { _service { sdl } }',
  '{ ... on Query { ... { _service { sdl } } } }',
  '{ ... @include(if: true) { _service { sdl } } }',
  '{ __typename _service @skip(if: false) { sdl } }',
  `{ ${entities} }`,
  `{ user: ${entities} }`,
  `{ ...F } fragment F on Query { ${entities} }`,
  'query($r: [_Any!]!) { _entities(representations: $r) { ... on User { email } } }',
  'query($r: [_Any!]! = []) { _entities(representations: $r) { __typename } }',
  'mutation { _service { sdl } }',
  'mutation { _entities(representations: []) { __typename } }',
  'subscription { _service { sdl } }',
  '{ _join { id } }',
  '{ join__Graph }',
])('%s is no field of this graph, for nobody', async (query) => {
  const variables = { r: [{ __typename: 'User', id: ada.id }] };
  for (const token of [undefined, ada.token]) {
    const reply = expectSound(await ask(query, { variables, token }));
    expect(codesOf(reply)).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(reply.body.data).toBeFalsy();
    expect(reply.text).not.toMatch(/@join__|@link|extend schema|type Query/);
  }
});

test('the schema that clients can read says nothing of the subgraphs that it is made of', async () => {
  const { body } = await ask(`{
    __schema { types { name fields(includeDeprecated: true) { name } } directives { name } }
  }`);
  const text = JSON.stringify(body.data);
  expect(text).toContain('"Query"');
  expect(text).not.toMatch(/join__|link__|core__|_Entity|_Any|_Service|federation__|inaccessible|"_service"/);
  for (const name of ['join__Graph', 'join__FieldSet', 'link__Import', '_Entity', '_Any', '_Service']) {
    const hidden = await ask('query($name: String!) { __type(name: $name) { name kind } }', {
      variables: { name },
    });
    expect(hidden.body.data).toEqual({ __type: null });
  }
});

test('an entity is not reached by its key under a name that clients choose', async () => {
  for (const key of ['__key', '_representations', '__representation', '_var_representations']) {
    const reply = expectSound(
      await ask(`query($${key}: ID!) { user(id: $${key}) { id: __typename ${key}: displayName } }`, {
        variables: { [key]: ada.id },
        token: ada.token,
      }),
    );
    expect(reply.body.data ?? { user: { id: 'User' } }).toMatchObject({ user: { id: 'User' } });
  }
});
