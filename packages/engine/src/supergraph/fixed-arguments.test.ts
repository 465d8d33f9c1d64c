import { parse, print } from 'graphql';
import { expect, test } from 'vitest';
import { fixArguments } from './fixed-arguments.ts';
import { restoreArguments } from './restore-arguments.ts';

const supergraph = /* GraphQL */ `
  type Product {
    price(currency: String): Int @join__field(graph: A) @join__field(graph: B, external: true)
    weight: Int @join__field(graph: A) @join__field(graph: B, external: true)
    euro: Int @join__field(graph: B, requires: "price(currency: \\"EUR\\") weight")
    pound: Int @join__field(graph: B, requires: "price(currency: \\"GBP\\")")
  }
`;

test('a required field has a name of its own for each set of arguments', () => {
  const { document, fields, requirements } = fixArguments(parse(supergraph));
  const sdl = print(document);
  expect(sdl).toContain('requires: "_fixed_0_price weight"');
  expect(sdl).toContain('requires: "_fixed_1_price"');
  expect(sdl).toContain('_fixed_0_price: Int @join__field(graph: A) @join__field(graph: B, external: true)');
  expect(requirements.get('Product.pound')).toEqual(new Set(['_fixed_1_price']));
  expect(restoreArguments('{product{_fixed_1_price weight}}', fields)).toBe(
    '{product{_fixed_1_price:price(currency:"GBP")weight}}',
  );
});

test('a supergraph without such requirements stays as it is', () => {
  const document = parse('type Product { a: Int b: Int @join__field(graph: B, requires: "a") }');
  expect(fixArguments(document).document).toBe(document);
});

test('implementations get the field that their interface gets', () => {
  const { document } = fixArguments(
    parse(/* GraphQL */ `
      interface Item { price(currency: String): Int }
      type Book implements Item { price(currency: String): Int }
      type Box { item: Item tax: Int @join__field(graph: B, requires: "item { price(currency: \\"EUR\\") }") }
    `),
  );
  expect(print(document).match(/_fixed_0_price: Int/g)).toHaveLength(2);
});
