import { expect, test } from 'vitest';
import { routedPort } from './routed-port.ts';

test('a subgraph listens where supergraph.yaml routes to', () => {
  expect(routedPort('auth')).toBe(13010);
  expect(routedPort('notifications')).toBe(13018);
});

test('a subgraph that is not there is a mistake of whoever starts it', () => {
  expect(() => routedPort('orders')).toThrow('on which port the subgraph “orders” listens: set ORDERS_PORT');
});
