import { type Handlers, onPersonalDataOf, personalDataDomains } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-users';
import { onExported } from './data-export/on-exported.ts';
import { onErased } from './erasure/on-erased.ts';

type UsersHandlers = Handlers<Prisma.TransactionClient>;

/**
 * What happens here because of the events of each domain: all of them answer when somebody is exported or erased.
 *
 * @param more what happens because of other events of some domains
 */
export function consumersOfAll<Producer extends string>(
  more: Record<Producer, UsersHandlers>,
): Record<Producer, UsersHandlers> {
  const others: Record<string, UsersHandlers> = more;
  const all = personalDataDomains().map((domain): [string, UsersHandlers] => [
    domain,
    { ...onPersonalDataOf(domain, { erased: onErased, exported: onExported }), ...others[domain] },
  ]);
  return { ...more, ...Object.fromEntries(all) };
}
