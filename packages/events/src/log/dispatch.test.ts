import { expect, test } from 'vitest';
import { sampleEvent } from '../testing/sample-events.ts';
import { Dispatch, isSelected } from './dispatch.ts';
import type { EventSelector } from './event-log.ts';

const listener = (selector: EventSelector) => ({ selector });

test('an event wakes those who want its key and those who want any', () => {
  const ada = listener({ names: ['userUpdated'], key: 'ada' });
  const bob = listener({ names: ['userUpdated', 'accessChanged'], key: 'bob' });
  const everybody = listener({ names: ['userUpdated'] });
  const others = listener({ names: ['accessChanged'] });
  const dispatch = new Dispatch<ReturnType<typeof listener>>();
  for (const each of [ada, bob, everybody, others]) dispatch.add(each);

  const woken = new Set<unknown>();
  const { event } = sampleEvent(1, 'ada');
  dispatch.forEach(event, (each) => woken.add(each));
  expect(woken).toEqual(new Set([ada, everybody]));
  expect([ada, bob, everybody, others].filter(({ selector }) => isSelected(selector, event))).toEqual([
    ada,
    everybody,
  ]);

  dispatch.remove(ada);
  dispatch.remove(everybody);
  dispatch.forEach(event, () => expect.unreachable());
});

test('a name given twice is heard once', () => {
  const dispatch = new Dispatch<ReturnType<typeof listener>>();
  dispatch.add(listener({ names: ['userUpdated', 'userUpdated'] }));
  let calls = 0;
  dispatch.forEach(sampleEvent(1).event, () => {
    calls += 1;
  });
  expect(calls).toBe(1);
});
