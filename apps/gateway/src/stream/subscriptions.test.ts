import { codedError, type PlannedSubscription } from '@kronos/engine';
import { soon } from '@kronos/events/testing';
import { createLogger } from '@kronos/service';
import { Registry } from 'prom-client';
import { expect, test, vi } from 'vitest';
import { noRevocations } from '../access/revocations.ts';
import { noRightsChanges } from '../access/rights-changes.ts';
import { ownContext } from '../context.ts';
import { createGroups } from '../live/groups.ts';
import { createLiveMetrics } from '../live/metrics.ts';
import { noRules } from '../rules/hold-rules.ts';
import { createClientWatch } from '../rules/watch-clients.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createViewers } from './viewers.ts';

const viewer = {
  userId: 'user_a',
  isService: false,
  clientId: null,
  sessionId: 'session_a',
  scopes: new Set<string>(),
  roles: [],
  tokenExp: Date.now() / 1_000 + 900,
  authTime: null,
  amr: [],
  hasSecondFactor: false,
};

test('each coded end is told once, counted by its code, and a line in the log', async () => {
  const metrics = createLiveMetrics(new Registry());
  const logger = { info: vi.fn(), error: vi.fn() };
  const silent = createLogger({ name: 'test', level: 'silent' });
  const groups = createGroups({
    engine: {
      async *subscribe(_planned, { signal }) {
        yield { kind: 'position', cursor: '1' };
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    },
    sharedScopeOf: () => 'VIEWER',
    logger: silent,
    metrics,
  });
  const subscriptions = createSubscriptions({
    groups,
    viewers: createViewers(noRevocations, noRightsChanges),
    clients: createClientWatch(noRules),
    policies: { watch: () => () => undefined },
    safelist: { watch: () => () => undefined },
    metrics,
  });
  const start = () => {
    const sink = { event: () => true, position: vi.fn(), end: vi.fn() };
    const running = subscriptions.start({
      planned: { key: 'plan', state: {}, variables: {} } as unknown as PlannedSubscription,
      context: ownContext({ key: 'key', viewer }),
      after: undefined,
      scope: { requestId: 'request-1', logger },
      sink,
    });
    return { sink, running };
  };

  const [ended, completed, left] = [start(), start(), start()];
  await soon(() => expect(left.sink.position).toHaveBeenCalledWith('1'));
  const ending = { errors: [codedError('Come back.', { code: 'SERVICE_UNAVAILABLE' })], isRetriable: true };
  ended.running.end(ending);
  ended.running.end({});
  completed.running.end({});
  left.running.leave();
  left.running.end(ending);

  expect(ended.sink.end).toHaveBeenCalledExactlyOnceWith(ending);
  expect(left.sink.end).not.toHaveBeenCalled();
  expect(logger.info).toHaveBeenCalledExactlyOnceWith(
    {
      code: 'SERVICE_UNAVAILABLE',
      userId: 'user_a',
      group: expect.stringMatching(/^live-/),
    },
    'a stream was ended: Come back.',
  );
  const counted = (await metrics.ends.get()).values.map(({ labels, value }) => [labels.code, value]);
  expect(counted).toEqual([
    ['SERVICE_UNAVAILABLE', 1],
    ['complete', 1],
  ]);
  expect(subscriptions.running.size).toBe(0);
  expect(groups.size).toBe(0);
});
