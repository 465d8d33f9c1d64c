import { expect, test } from 'vitest';
import { afterStep, isBusy } from './project.status.ts';

test.each([
  ['DRAFT', 'contentAdded', 'ACTIVE'],
  ['DRAFT', 'analysisRequested', 'ANALYZING'],
  ['DRAFT', 'generationRequested', null],
  ['ACTIVE', 'generationRequested', 'GENERATING'],
  ['ANALYZING', 'analysisRequested', 'ANALYZING'],
  ['ANALYZING', 'generationRequested', null],
  ['ANALYZING', 'contentAdded', null],
  ['ANALYZING', 'archived', null],
  ['ANALYZING', 'analysesCompleted', 'ACTIVE'],
  ['ANALYZING', 'analysesFailed', 'FAILED'],
  ['GENERATING', 'generationSucceeded', 'READY'],
  ['GENERATING', 'generationFailed', 'FAILED'],
  ['GENERATING', 'generationCancelled', 'ACTIVE'],
  ['GENERATING', 'analysesCompleted', null],
  ['READY', 'generationRequested', 'GENERATING'],
  ['FAILED', 'generationRequested', 'GENERATING'],
  ['READY', 'archived', 'ARCHIVED'],
  ['ARCHIVED', 'generationRequested', null],
  ['ARCHIVED', 'contentAdded', null],
  ['ARCHIVED', 'resumed', 'ACTIVE'],
] as const)('a project that is %s and %s', (status, step, next) => {
  expect(afterStep(status, step)).toBe(next);
});

test('a project is busy while a service is at work on it', () => {
  const states = ['DRAFT', 'ACTIVE', 'ANALYZING', 'GENERATING', 'READY', 'FAILED', 'ARCHIVED'] as const;
  expect(states.filter(isBusy)).toEqual(['ANALYZING', 'GENERATING']);
});
