import { expect, test } from 'vitest';
import { namesOf } from './names.ts';
import { fill } from './templates.ts';

test.each([
  ['StockItem', 'stockItems', 'stock items', 'a stock item', 'stock-item', 'stock_item'],
  ['Category', 'categories', 'categories', 'a category', 'category', 'category'],
  ['Invoice', 'invoices', 'invoices', 'an invoice', 'invoice', 'invoice'],
  ['Batch', 'batches', 'batches', 'a batch', 'batch', 'batch'],
])('%s is written in every form', (aggregate, aggregates, plural, one, file, table) => {
  expect(namesOf('stock', aggregate)).toMatchObject({
    aggregates,
    'words plural': plural,
    'a words': one,
    file,
    table,
  });
});

test('no domain can be called as the gateway is', () => {
  expect(() => namesOf('gateway', 'Item')).toThrow('"gateway" is what the gateway is called.');
});

test('a template is filled with names and installed versions', () => {
  const names = namesOf('stock', 'Item');
  expect(fill('{{DOMAIN}}_PORT {{version graphql}}', names)).toMatch(/^STOCK_PORT 16\./);
  expect(() => fill('{{nothing}}', names)).toThrow('unknown placeholder nothing');
});
