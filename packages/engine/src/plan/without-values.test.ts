import { buildSchema, getVariableValues, type OperationDefinitionNode, parse } from 'graphql';
import { expect, test } from 'vitest';
import { withoutValues } from './without-values.ts';

const schema = buildSchema(`
  enum Color { RED }
  input Inner { text: String! color: Color }
  input Outer { inner: Inner list: [Int] }
  type Query { field(input: Outer, id: ID, flag: Boolean): Int }`);
const document = parse(
  'query($input: Outer, $id: ID, $flag: Boolean) { field(input: $input, id: $id, flag: $flag) }',
);
const { variableDefinitions } = document.definitions[0] as OperationDefinitionNode;

function complaints(variables: Record<string, unknown>): string[] {
  const { errors } = getVariableValues(schema, variableDefinitions!, variables);
  return (errors ?? []).map((error) => withoutValues(error).message);
}

test.each([
  [
    { input: { inner: { text: ['secret'] } } },
    [
      'Variable "$input" got invalid value at "input.inner.text"; String cannot represent a non string value.',
    ],
  ],
  [
    { input: { inner: { text: 'a', color: 'secret' } } },
    ['Variable "$input" got invalid value at "input.inner.color"; Value does not exist in "Color" enum.'],
  ],
  [
    { input: { inner: { color: 'RED' } } },
    [
      'Variable "$input" got invalid value at "input.inner"; Field "text" of required type "String!" was not provided.',
    ],
  ],
  [
    { input: { inner: { text: null } } },
    [
      'Variable "$input" got invalid value at "input.inner.text"; Expected non-nullable type "String!" not to be null.',
    ],
  ],
  [
    { input: 'secret at "input"' },
    ['Variable "$input" got invalid value; Expected type "Outer" to be an object.'],
  ],
  [
    { input: { list: [1, 'secret'] } },
    ['Variable "$input" got invalid value at "input.list[1]"; Int cannot represent non-integer value.'],
  ],
  [
    { input: { texts: 'secret' } },
    ['Variable "$input" got invalid value; Field "texts" is not defined by type "Outer".'],
  ],
  [{ id: { a: 'secret' } }, ['Variable "$id" got invalid value; ID cannot represent value.']],
  [{ flag: 'secret' }, ['Variable "$flag" got invalid value; Boolean cannot represent a non boolean value.']],
])('%j is complained of without being quoted', (variables, expected) => {
  expect(complaints(variables)).toEqual(expected);
});

test('whose fault it is, is said', () => {
  const [error] = getVariableValues(schema, variableDefinitions!, { flag: 'secret' }).errors!;
  expect(withoutValues(error!).extensions).toEqual({ code: 'BAD_USER_INPUT' });
});
