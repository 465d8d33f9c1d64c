import type { Sight } from './sight.ts';

/** What a page depends on, for whoever changes that: the domain's data, the table, and whose rows they are. */
export function readTags(
  { name, table: { domain } }: { name: string; table: { domain: string } },
  sight: Sight,
): string[] {
  return [
    `data:${domain}`,
    `data:${domain}:table:${name}`,
    sight === 'all' ? `data:${domain}:all` : `data:${domain}:of:${sight.owner}`,
  ];
}

/**
 * What is to be invalidated when something of a domain has changed.
 *
 * @param owner whose it is: their pages, and those that show everybody's; unknown: all of the domain's
 */
export function changeTags(domain: string, owner: string | undefined): string[] {
  return owner === undefined ? [`data:${domain}`] : [`data:${domain}:all`, `data:${domain}:of:${owner}`];
}
