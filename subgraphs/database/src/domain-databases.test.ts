import { expect, test } from 'vitest';
import { domainDatabases } from './domain-databases.ts';

test('every domain that has a database is looked after, by the operator where there is one', () => {
  const urls = {
    USERS_DATABASE_URL: 'postgresql://kronos_users:a@one/kronos_users?sslmode=require',
    AUTH_DATABASE_URL: 'postgresql://kronos_auth:b@two:5433/kronos_auth',
    DATABASE_URL: 'postgresql://postgres@one/postgres',
    EVENTS_DATABASE_URL: '',
  };
  const operator = 'postgresql://kronos_operator:c@one/postgres';

  expect(domainDatabases({ ...urls, KRONOS_OPERATOR_DATABASE_URL: operator })).toEqual([
    {
      domain: 'auth',
      url: urls.AUTH_DATABASE_URL,
      operatorUrl: 'postgresql://kronos_operator:c@two:5433/kronos_auth',
    },
    {
      domain: 'users',
      url: urls.USERS_DATABASE_URL,
      operatorUrl: 'postgresql://kronos_operator:c@one/kronos_users?sslmode=require',
    },
  ]);
  expect(domainDatabases(urls).map(({ operatorUrl }) => operatorUrl)).toEqual([undefined, undefined]);
});
