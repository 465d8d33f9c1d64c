import { notFound } from '@kronos/subgraph';
import type { Step } from './access.decide.ts';
import type { Context } from './context.ts';

const types = { user: 'User', group: 'Group', role: 'Role', entry: 'AclEntry' } as const;

/**
 * What a step, or a subject, stands for, under the name of its type. Whoever may see that it decides may see it: its own
 * fields keep what is not for them.
 *
 * @throws NOT_FOUND when it has gone meanwhile
 */
export async function nodeOf(step: Step, { nodes }: Pick<Context, 'nodes'>) {
  const row = await nodes[step.kind].load(step.id);
  if (!row) throw notFound('This has just been deleted.');
  return { ...row, __typename: types[step.kind] };
}
