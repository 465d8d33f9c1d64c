import { expect, test } from 'vitest';
import { WaitedInVain, WaitingLine } from './waiting-line.ts';

/** A line before so many things, of which each service may have so many. */
function lineBefore(free: number, perService: number, options: { patienceMs?: number; most?: number } = {}) {
  const held: string[] = [];
  const line = new WaitingLine<string, string>({
    ...{ patienceMs: 10_000, most: 100, everyMs: 1_000, ...options },
    groupOf: (service) => service,
    async serve(service) {
      const own = held.filter((other) => other === service).length;
      if (held.length >= free || own >= perService) return undefined;
      held.push(service);
      return service;
    },
    takeBack: async (service) => giveBack(service),
  });
  function giveBack(service: string): void {
    held.splice(held.indexOf(service), 1);
    line.look();
  }
  return { line, held, giveBack };
}

test('who came first is served first', async () => {
  const { line, giveBack } = lineBefore(1, 1);
  await line.join('a');
  const order: string[] = [];
  const waiting = ['b', 'c', 'd'].map((service) => line.join(service).then(() => order.push(service)));
  for (const [index, service] of ['a', 'b', 'c'].entries()) {
    giveBack(service);
    await waiting[index];
  }
  expect(order).toEqual(['b', 'c', 'd']);
  expect(line.length).toBe(0);
});

test('a service that has all that it may have holds up no other', async () => {
  const { line, giveBack } = lineBefore(3, 1);
  await line.join('a');
  const second = line.join('a');
  expect(await line.join('b')).toBe('b');
  expect(line.length).toBe(1);
  giveBack('a');
  expect(await second).toBe('a');
});

test('nobody waits for ever, nor in a line that is too long', async () => {
  const { line, held } = lineBefore(1, 1, { patienceMs: 20, most: 1 });
  await line.join('a');
  const waiting = line.join('b');
  await expect(line.join('c')).rejects.toThrow(WaitedInVain);
  await expect(waiting).rejects.toThrow(WaitedInVain);
  expect(line.length).toBe(0);
  expect(held).toEqual(['a']);
});

test('what comes for somebody who has gone goes back', async () => {
  const serving = Promise.withResolvers<void>();
  const given: string[] = [];
  const line = new WaitingLine<string, string>({
    ...{ patienceMs: 10, most: 9, everyMs: 1_000, groupOf: (service) => service },
    serve: (service) => serving.promise.then(() => service),
    takeBack: async (service) => given.push(service),
  });
  await expect(line.join('a')).rejects.toThrow(WaitedInVain);
  serving.resolve();
  await line.close(new Error('closed'));
  expect(given).toEqual(['a']);
});

test('a fault is that of who met it, and the line goes on', async () => {
  const line = new WaitingLine<string, string>({
    ...{ patienceMs: 10_000, most: 9, everyMs: 1_000, groupOf: (service) => service },
    async serve(service) {
      if (service === 'a') throw new Error('broken');
      return service;
    },
    takeBack: async () => undefined,
  });
  const [first, second] = await Promise.allSettled([line.join('a'), line.join('b')]);
  expect(first).toMatchObject({ status: 'rejected', reason: { message: 'broken' } });
  expect(second).toMatchObject({ status: 'fulfilled', value: 'b' });
});

test('a line that closes sends everybody away', async () => {
  const { line } = lineBefore(0, 0);
  const waiting = expect(line.join('a')).rejects.toThrow('closing');
  await line.close(new Error('closing'));
  await waiting;
});
