import { compose } from '@kronos/engine/testing';
import { readAccessRules } from '@kronos/operations';
import { buildSchema, type OperationDefinitionNode, parse } from 'graphql';
import { expect, test } from 'vitest';
import { sharedScopeOf } from './operation-scope.ts';
import { readSharedScopes } from './shared-scopes.ts';

const linked = (name = '@shared') => `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated", "@composeDirective"])
  @link(url: "https://specs.kronos.dev/shared/v0.1", import: [${name === '@shared' ? '"@shared"' : `{name: "@shared", as: "${name}"}`}])
  @composeDirective(name: "${name}")
  directive ${name}(scope: shared__Scope!) repeatable on FIELD_DEFINITION | OBJECT
  enum shared__Scope { EVERYBODY ROLES VIEWER CREDENTIAL NOBODY }`;

const prices = `${linked()}
  type Query { prices: [Price!]! @shareable }
  type Subscription {
    priceChanged: PriceChanged! @shared(scope: EVERYBODY)
    mine: PriceChanged! @authenticated @shared(scope: EVERYBODY)
    silent: PriceChanged!
  }
  type PriceChanged @shared(scope: EVERYBODY) { price: Price! item: Item! forYou: Int @shared(scope: ROLES) thing: Thing! }
  interface Thing { id: ID! }
  type Price implements Thing @key(fields: "id") @shared(scope: EVERYBODY) { id: ID! amount: Int! @shared(scope: EVERYBODY) }
  type Item implements Thing @shared(scope: EVERYBODY) { id: ID! secret: Int @authenticated }`;

const discounts = `${linked()}
  type Price @key(fields: "id") { id: ID! discount: Int total: Int @shared(scope: ROLES) @shared(scope: VIEWER) }`;

const sdl = compose({ prices: { sdl: prices }, discounts: { sdl: discounts } });

const types = /* GraphQL */ `
  type Query { prices: [Price!]! }
  type Subscription { priceChanged: PriceChanged! mine: PriceChanged! silent: PriceChanged! }
  type PriceChanged { price: Price! item: Item! forYou: Int thing: Thing! }
  interface Thing { id: ID! }
  type Price implements Thing { id: ID! amount: Int! discount: Int total: Int }
  type Item implements Thing { id: ID! secret: Int }
`;

function scopeOf(selection: string, fragment = ''): string {
  const document = parse(`subscription { ${selection} } ${fragment}`);
  const scopes = { schema: buildSchema(types), rules: readAccessRules(sdl), shared: readSharedScopes(sdl) };
  return sharedScopeOf(scopes, document, document.definitions[0] as OperationDefinitionNode);
}

test.each([
  ['priceChanged { __typename price { amount } item { id } }', 'EVERYBODY'],
  // The type's declaration is one subgraph's; two have the type, so it says nothing of the key.
  ['priceChanged { price { id } }', 'VIEWER'],
  ['priceChanged { price { discount } }', 'VIEWER'],
  ['priceChanged { forYou }', 'ROLES'],
  ['priceChanged { price { total } }', 'VIEWER'],
  ['priceChanged { item { secret } }', 'ROLES'],
  ['priceChanged { thing { id } }', 'VIEWER'],
  ['priceChanged { thing { ... on Item { id } } }', 'EVERYBODY'],
  ['priceChanged { price { amount @skip(if: true) discount @skip(if: true) } }', 'VIEWER'],
  ['mine { forYou }', 'ROLES'],
  ['silent { item { id } }', 'CREDENTIAL'],
])('as narrow as the narrowest of what is selected: %s is for %s', (selection, scope) => {
  expect(scopeOf(selection)).toBe(scope);
});

test('fragments narrow, too, whether they are spread or not', () => {
  const fragment = 'fragment Total on Price { total }';
  expect(scopeOf('priceChanged { price { ...Total } }', fragment)).toBe('VIEWER');
  expect(scopeOf('priceChanged { price { amount } }', fragment)).toBe('VIEWER');
});

test('the directive is found under another name', () => {
  const renamed = compose({
    prices: {
      sdl: prices
        .replace(linked(), linked('@live'))
        .replaceAll('@shared', '@live')
        .replace('name: "@live"', 'name: "@shared"'),
    },
  });
  expect(readSharedScopes(renamed).get('Subscription.priceChanged')).toBe('EVERYBODY');
});

test('another specification that happens to have this name means nothing', () => {
  const other = sdl.replace('https://specs.kronos.dev/shared/v0.1', 'https://example.com/shared/v1');
  expect(readSharedScopes(other).size).toBe(0);
});

test('a scope that is none is refused', () => {
  const unknown = compose({
    prices: { sdl: prices.replace('Int @shared(scope: ROLES)', 'Int @shared(scope: NOBODY)') },
  });
  expect(() => readSharedScopes(unknown)).toThrow(
    '@shared(scope: NOBODY) on PriceChanged.forYou: expected EVERYBODY, ROLES, VIEWER, CREDENTIAL.',
  );
});
