import type { Quotas } from '../quotas.ts';
import { policyWith } from './policy.ts';

/** Waits until quotas in Redis have their connection: whoever asks before is refused at once. */
export async function connected<Known extends Quotas>(quotas: Known): Promise<Known> {
  const answers = () =>
    quotas.read('probe', policyWith()).then(
      () => true,
      () => false,
    );
  while (!(await answers()));
  return quotas;
}
