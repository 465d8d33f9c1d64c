import { expect, test } from 'vitest';
import { areOnOneServer, directUrl } from './direct-url.ts';
import { parseEnvironment, postgresUrl } from './environment.ts';

const server = 'postgresql://me:p%40ss@db.example:5432/events?sslmode=require';
const pooled =
  'postgresql://me:p%40ss@bouncer.example:6432/events?sslmode=require&pgbouncer=true&direct=db.example:5432';

test('behind a pgBouncer there is the server, with the same role, database and options', () => {
  expect(directUrl(pooled)).toBe(server);
  expect(directUrl(pooled.replace('direct=db.example:5432', 'direct=db.example'))).toBe(
    'postgresql://me:p%40ss@db.example/events?sslmode=require',
  );
  expect(directUrl(server)).toBe(server);
});

test('knows what is on the same server', () => {
  expect(areOnOneServer('postgresql://a:b@db/x', 'postgresql://c:d@db:5432/y')).toBe(true);
  expect(areOnOneServer(server, pooled)).toBe(true);
  expect(areOnOneServer('postgresql://a:b@db/x', 'postgresql://a:b@other/x')).toBe(false);
});

test('a URL through a pgBouncer that does not say where the server is is refused at the start', () => {
  const parse = (url: string) => () =>
    parseEnvironment({ EVENTS_DATABASE_URL: postgresUrl() }, { EVENTS_DATABASE_URL: url });
  expect(parse(pooled)).not.toThrow();
  for (const direct of ['', '&direct=', '&direct=a/b'])
    expect(parse(`postgresql://me@bouncer.example/events?pgbouncer=true${direct}`)).toThrow(
      'with pgbouncer=true, direct=host:port must say where the server itself is',
    );
});
