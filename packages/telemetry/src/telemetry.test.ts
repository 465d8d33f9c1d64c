import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { isTraced, telemetryEnvironment, tracesEndpoint } from './environment.ts';
import { startTracing } from './start-tracing.ts';
import { startOtlpReceiver } from './testing/otlp-receiver.ts';
import { traceForTest } from './testing/trace-for-test.ts';
import { tracing } from './tracing.ts';

const settingsOf = (variables: Record<string, string>) => z.object(telemetryEnvironment).parse(variables);
const remote = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=1' };

afterEach(() => expect(tracing).toBeUndefined());

test.each([
  [{}, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://here:4318' }, true],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://here:4318/x' }, true],
  [{ KRONOS_TRACES: 'true' }, true],
  [{ KRONOS_TRACES: 'false', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://here:4318' }, false],
  [{ KRONOS_TRACES: 'true', OTEL_SDK_DISABLED: 'true' }, false],
])('%o: traced is %o', (variables, isOn) => {
  expect(isTraced(settingsOf(variables))).toBe(isOn);
});

test('the endpoint is completed as OpenTelemetry says', () => {
  const ofAll = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://here:4318/otlp/' };
  expect(tracesEndpoint(settingsOf({}))).toBe('http://localhost:4318/v1/traces');
  expect(tracesEndpoint(settingsOf(ofAll))).toBe('https://here:4318/otlp/v1/traces');
  const ofTraces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://there/in' };
  expect(tracesEndpoint(settingsOf({ ...ofAll, ...ofTraces }))).toBe('http://there/in');
});

test('while it is off nothing is there, and nothing is sent', async () => {
  await using receiver = await startOtlpReceiver();
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, KRONOS_TRACES: 'false' };
  const stop = await startTracing(settingsOf(variables), { onFault: () => undefined });
  expect(tracing).toBeUndefined();
  await stop();
  expect(receiver.requests).toBe(0);
});

test('spans have their parents, services, kinds and attributes, across asynchronous calls and processes', async () => {
  await using process = await traceForTest();
  await tracing!.within(
    'request',
    { kind: 'server', service: 'gateway', parent: remote },
    async (request) => {
      await Promise.resolve();
      expect(tracing!.active()).toBe(request);
      expect(request.headers.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
      expect(request.headers.tracestate).toBe('a=1');
      const fetch = tracing!.start('fetch', {
        kind: 'client',
        attributes: { size: 3, names: ['a'], not: undefined },
      });
      tracing!.within('work', { service: 'users', parent: fetch.headers }, (work) => {
        work.set({ isGood: true, share: 0.5 });
        work.rename('better work');
      });
      fetch.end();
    },
  );
  await process.stop();

  const [work, fetch, request] = process.spans;
  expect(request).toMatchObject({
    name: 'request',
    kind: 'server',
    service: 'kronos-gateway',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentId: 'b7ad6b7169203331',
    failure: undefined,
  });
  expect(fetch).toMatchObject({
    name: 'fetch',
    kind: 'client',
    service: 'kronos-gateway',
    parentId: request!.spanId,
    attributes: { size: 3, names: ['a'] },
  });
  expect(work).toMatchObject({
    name: 'better work',
    kind: 'internal',
    service: 'kronos-users',
    parentId: fetch!.spanId,
    attributes: { isGood: true, share: 0.5 },
  });
  expect(fetch!.attributes).not.toHaveProperty('not');
  expect(request!.endedAt).toBeGreaterThanOrEqual(request!.startedAt);
});

test('what fails says how, links lead on, and null begins a trace of its own', async () => {
  await using process = await traceForTest();
  await tracing!.within('outer', { service: 'gateway' }, async () => {
    const alone = tracing!.start('alone', { parent: null, links: [remote], startedAt: Date.now() - 5_000 });
    alone.fail('NOT_FOUND');
    alone.end();
    expect(() => tracing!.within('sync', {}, () => JSON.parse('{'))).toThrow(SyntaxError);
    await expect(
      tracing!.within('async', {}, () => Promise.reject(new RangeError('secret'))),
    ).rejects.toThrow();
  });
  await process.stop();

  const span = (name: string) => process.spans.find((each) => each.name === name)!;
  expect(span('alone')).toMatchObject({ parentId: null, failure: 'NOT_FOUND' });
  expect(span('alone').links).toEqual([
    { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
  ]);
  expect(span('alone').endedAt - span('alone').startedAt).toBeGreaterThan(4_900);
  expect(span('alone').traceId).not.toBe(span('outer').traceId);
  expect(span('sync')).toMatchObject({ failure: 'SyntaxError', attributes: { 'error.type': 'SyntaxError' } });
  expect(span('async')).toMatchObject({ failure: 'RangeError', parentId: span('outer').spanId });
  expect(JSON.stringify(process.spans)).not.toContain('secret');
});

test('of a trace that is not kept nothing is sent, and those who continue it are told', async () => {
  await using process = await traceForTest({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
  tracing!.within('request', { service: 'gateway' }, (request) => {
    expect(request.isRecording).toBe(false);
    tracing!.within('work', {}, (work) => {
      expect(work.headers.traceparent).toMatch(new RegExp(`^00-${request.traceId}-[0-9a-f]{16}-00$`));
    });
  });
  // The parent's decision counts more.
  tracing!.start('kept', { parent: remote }).end();
  await process.stop();
  expect(process.spans.map(({ name }) => name)).toEqual(['kept']);
});

test('a share of the traces is kept', async () => {
  await using process = await traceForTest({
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
  });
  for (let index = 0; index < 400; index++) tracing!.start('request', { parent: null }).end();
  await process.stop();
  expect(process.spans.length).toBeGreaterThan(40);
  expect(process.spans.length).toBeLessThan(200);
});

test('headers that are none begin a trace', async () => {
  await using process = await traceForTest();
  const span = tracing!.start('request', { parent: { traceparent: 'nonsense' } });
  span.end();
  await process.stop();
  expect(process.spans).toMatchObject([{ parentId: null, traceId: span.traceId }]);
});

test('a receiver that is away is told of, and holds nobody up', async () => {
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '300';
  const faults: Error[] = [];
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_BSP_SCHEDULE_DELAY: '10' };
  const stop = await startTracing(settingsOf(variables), { onFault: (fault) => void faults.push(fault) });
  delete process.env.OTEL_EXPORTER_OTLP_TIMEOUT;
  tracing!.start('request').end();
  await stop();
  expect(faults).toEqual([expect.any(Error)]);
});
