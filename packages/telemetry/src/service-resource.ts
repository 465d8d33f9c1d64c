import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const instance = randomUUID();

/**
 * What a part of Kronos says of itself in each batch of spans. `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` count more.
 *
 * @param service e.g. `gateway`, or a domain
 */
export function serviceResource(service: string) {
  const own = resourceFromAttributes({
    'service.name': `kronos-${service}`,
    'service.version': version,
    'service.instance.id': instance,
    'process.pid': process.pid,
  });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}
