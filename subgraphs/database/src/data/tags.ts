import type { Sight } from './sight.ts';
import type { Table } from './tables.ts';

/** What an operator forgets of one table by. */
export const tableTag = (name: string) => `data:${name}`;

/** Everything that is cached of a domain; the gateway forgets it when nobody knows what a mutation has changed there. */
export const domainTag = (domain: string) => `subgraph:${domain}`;

/**
 * What a page depends on, by the tags that events and the gateway's mutations invalidate (`entityTags`): the people whose rows
 * these are, or all of the things that the domain has.
 *
 * @param isShared whether there are rows of others in it
 */
export function readTags(name: string, { domain, owner }: Table, sight: Sight, isShared = false): string[] {
  const things = domain === 'users' ? 'user:*' : 'project:*';
  const common = [domainTag(domain), tableTag(name)];
  if (sight === 'all') return [...common, things, ...(name === 'preferences' ? ['user:*'] : [])];
  // An event of what belongs to a project names the project, and not always whose that is.
  return [...common, `user:${sight.owner}`, ...('through' in owner || isShared ? [things] : [])];
}
