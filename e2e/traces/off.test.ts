import { startOtlpReceiver } from '@kronos/telemetry/testing';
import { expect, inject, test } from 'vitest';
import { client, signUp } from '../kit/client.ts';
import { createEvent } from '../kit/graph.ts';
import { startKronos } from '../kit/kronos.ts';

test('while it is off nothing is sent, and answers are the same', async () => {
  await using receiver = await startOtlpReceiver();
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    KRONOS_TRACES: 'false',
    // As the system has none that it is compared with.
    KRONOS_QUOTAS: 'false',
  };
  await using kronos = await startKronos({ environment });
  const ada = await signUp('Ada', kronos.url);
  await createEvent(ada);
  const [off, without] = await Promise.all(
    [kronos.url, inject('kronosUrl')].map((url) =>
      client(undefined, url).query('{ event(id: "nonsense") { title } }'),
    ),
  );
  expect([...off!.headers.keys()]).toEqual([...without!.headers.keys()]);
  expect(off!.errors![0]!.extensions).not.toHaveProperty('traceId');
  expect(off!.headers.get('traceparent')).toBeNull();
  expect((await client(undefined, kronos.url).query('{ __typename }')).errors).toBeUndefined();
  await kronos.stop();
  expect(receiver.requests).toBe(0);
});
