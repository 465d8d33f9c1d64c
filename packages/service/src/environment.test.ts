import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  commaList,
  commonEnvironment,
  EnvironmentError,
  parseEnvironment,
  port,
  postgresUrl,
} from './environment.ts';

const shape = {
  KRONOS_PORT: port().default(4000),
  AUTH_DATABASE_URL: postgresUrl(),
  KRONOS_CORS_ORIGINS: commaList().default([]),
  KRONOS_TOKEN_ISSUER: z.string().default('kronos'),
};

test('gives typed values and defaults', () => {
  const environment = parseEnvironment(shape, {
    KRONOS_PORT: '4100',
    AUTH_DATABASE_URL: 'postgresql://a:b@127.0.0.1/auth',
    KRONOS_CORS_ORIGINS: 'http://a.example, http://b.example,',
    KRONOS_TOKEN_ISSUER: '',
  });
  expect(environment).toEqual({
    KRONOS_PORT: 4100,
    AUTH_DATABASE_URL: 'postgresql://a:b@127.0.0.1/auth',
    KRONOS_CORS_ORIGINS: ['http://a.example', 'http://b.example'],
    KRONOS_TOKEN_ISSUER: 'kronos',
  });
});

test('reports all faults together, with what would be right', () => {
  const parse = () =>
    parseEnvironment({ ...shape, ...commonEnvironment }, { KRONOS_PORT: '70000', LOG_LEVEL: 'loud' });
  expect(parse).toThrow(EnvironmentError);
  expect(parse).toThrow(/KRONOS_PORT is "70000": expected a port number from 0 to 65535/);
  expect(parse).toThrow(/AUTH_DATABASE_URL is not set: expected a URL such as postgresql:/);
  expect(parse).toThrow(/LOG_LEVEL is "loud": expected fatal, error, warn/);
});

test('never prints a password', () => {
  const parse = () =>
    parseEnvironment(
      { AUTH_DATABASE_URL: postgresUrl() },
      { AUTH_DATABASE_URL: 'mysql://me:secret@host/db' },
    );
  expect(parse).toThrow('mysql://me:***@host/db');
});

test.each(['A_KEYS', 'A_PASSWORD', 'A_SECRET', 'A_TOKEN', 'A_PROVIDERS'])('quotes nothing of %s', (name) => {
  const parse = () => parseEnvironment({ [name]: z.string().min(32) }, { [name]: 'hidden' });
  expect(parse).toThrow(`${name} is not right`);
  expect(parse).not.toThrow('hidden');
});

test('prints nothing of a variable that is a secret as a whole', () => {
  const expected = 'expected 12 characters';
  const parse = () =>
    parseEnvironment({ A_PASSWORD: z.string().min(12, expected) }, { A_PASSWORD: 'hunter2' });
  expect(parse).toThrow(/A_PASSWORD is not right: expected 12 characters$/);
});
