import type { EnvironmentError } from '@kronos/service/environment';
import { expect, test } from 'vitest';
import { readPlan } from './environment.ts';

test('an empty environment is a sound one', async () => {
  const plan = await readPlan({});
  expect(plan).toMatchObject({ KRONOS_PORT: 4000, givenDatabases: {}, givenPorts: {} });
  expect(plan.subgraphs.map(({ name }) => name)).toEqual(expect.arrayContaining(plan.databaseDomains));
});

test('each domain may be put somewhere else', async () => {
  const plan = await readPlan({ USERS_DATABASE_URL: 'postgresql://u:p@db/users', USERS_PORT: '7001' });
  expect(plan.givenDatabases).toEqual({ users: 'postgresql://u:p@db/users' });
  expect(plan.givenPorts).toEqual({ users: 7001 });
});

test('all faults are reported together, with what would be right', async () => {
  const plan = readPlan({
    KRONOS_PORT: 'http',
    DATABASE_URL: 'mysql://root@db/x',
    REDIS_URL: 'localhost',
    EVENTS_PORT: '123456',
    KRONOS_ADMIN_EMAIL: 'ada',
    KRONOS_ADMIN_PASSWORD: 'short',
  });
  const { faults } = (await plan.catch((error) => error)) as EnvironmentError;
  expect(faults.map((fault) => fault.split(' ')[0]).toSorted()).toEqual([
    'DATABASE_URL',
    'EVENTS_PORT',
    'KRONOS_ADMIN_EMAIL',
    'KRONOS_ADMIN_PASSWORD',
    'KRONOS_PORT',
    'REDIS_URL',
  ]);
  for (const fault of faults) expect(fault).toMatch(/: expected /);
});
