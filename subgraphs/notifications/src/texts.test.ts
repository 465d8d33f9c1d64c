import { expect, test } from 'vitest';
import { eventCancelled, eventUpdated, registrationConfirmed, securityWarning, welcome } from './texts.ts';

test('a welcome is by name', () => {
  expect(welcome('Ada')).toMatchObject({ kind: 'WELCOME', title: 'Welcome, Ada' });
});

test('a confirmation names the event', () => {
  expect(registrationConfirmed('Launch')).toMatchObject({
    kind: 'REGISTRATION_CONFIRMED',
    title: 'You are registered for Launch',
  });
  expect(registrationConfirmed(null).title).toBe('You are registered');
});

test.each([
  [['startsAt'], 'The organiser has changed its time.'],
  [['startsAt', 'endsAt', 'location'], 'The organiser has changed its time and its place.'],
  [
    ['title', 'description', 'capacity'],
    'The organiser has changed its name, its description and its number of places.',
  ],
  [['slug'], 'The organiser has changed its details.'],
  [[], 'The organiser has changed its details.'],
])('what has changed is told in words: %j', (changes, body) => {
  expect(eventUpdated('Launch', changes)).toEqual({
    kind: 'EVENT_UPDATED',
    title: 'Launch has changed',
    body,
  });
});

test('a cancellation gives the reason, if there is one', () => {
  expect(eventCancelled('Launch', 'Rain')).toEqual({
    kind: 'EVENT_CANCELLED',
    title: 'Launch is cancelled',
    body: 'The reason: Rain',
  });
  expect(eventCancelled('Launch', null).body).toBe('No reason has been given.');
});

test('people are told of what they had better know at once, and of nothing else in their trail', () => {
  expect(securityWarning('IMPERSONATION_STARTED')).toMatchObject({
    kind: 'SECURITY',
    title: 'An administrator acts under your name',
  });
  expect(securityWarning('LOGGED_IN')).toBeNull();
});
