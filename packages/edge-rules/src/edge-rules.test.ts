import { expect, test } from 'vitest';
import { hashClientKey } from './client-key.ts';
import { defaultRules } from './default-rules.ts';
import { edgeRulesShape } from './edge-rules.ts';
import { withVersion } from './version.ts';

test('the default rules are rules', () => {
  expect(edgeRulesShape.parse(JSON.parse(JSON.stringify(defaultRules)))).toEqual(defaultRules);
});

test('an operation of the greatest cost can be paid from a full bucket', () => {
  for (const { maxCost, burst } of defaultRules.policies) expect(maxCost).toBeLessThanOrEqual(burst);
});

test('the version changes with the contents and with nothing else', () => {
  const { version, ...contents } = defaultRules;
  expect(withVersion(structuredClone(contents)).version).toBe(version);
  expect(withVersion({ ...contents, policies: [] }).version).not.toBe(version);
});

test('a key is known by its SHA-256', () => {
  expect(hashClientKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
