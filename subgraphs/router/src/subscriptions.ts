import { subjectOf } from '@kronos/edge-rules';
import { decodeId, notFound, subscription, tryDecodeId } from '@kronos/subgraph';
import type { SubscriptionQuotaThresholdReachedArgs } from './__generated__/types.ts';
import { maySeeUsage } from './access.rules.ts';
import { findClient } from './client-application.ts';
import type { Context } from './context.ts';

/** Changes of the health of subgraphs. */
export const subgraphHealthChanged = subscription(
  {
    domain: 'router',
    names: ['subgraphHealthChanged'],
    resolve: async ({ payload: { name, health } }, _args: object, { loaders }: Context) => {
      const subgraph = await loaders.subgraph.load(name);
      if (!subgraph) throw notFound('There is no subgraph of this name any more.');
      return { subgraph, health };
    },
  },
  ({ log }) => log,
);

/** Quotas that come to their end. */
export const quotaThresholdReached = subscription(
  {
    domain: 'router',
    names: ['quotaThresholdReached'],
    key: ({ clientId }: SubscriptionQuotaThresholdReachedArgs, _context: Context) => {
      if (!clientId) return undefined;
      return subjectOf({
        client: { id: decodeId('client_application', clientId) },
        viewer: null,
        address: '',
      });
    },
    visible: async ({ payload: { subject } }, _args, context) => {
      const { clientId, userId } = whoIs(subject);
      if (clientId) return (await findClient(clientId, context)) !== null;
      return userId !== null && maySeeUsage(context.viewer, userId);
    },
    resolve: async ({ payload: { subject, ...facts } }, _args, context) => {
      const { clientId, userId } = whoIs(subject);
      return {
        ...facts,
        points: BigInt(facts.points),
        limit: BigInt(facts.limit),
        clientApplication: clientId ? await findClient(clientId, context) : null,
        user: userId ? { id: userId } : null,
      };
    },
  },
  ({ log }) => log,
);

/** New versions of the graph. */
export const supergraphUpdated = subscription(
  {
    domain: 'router',
    names: ['supergraphUpdated'],
    resolve: ({ payload: { schemaHash } }) => ({ schemaHash }),
  },
  ({ log }: Context) => log,
);

/** The UUIDs behind the name under which points are counted. */
function whoIs(subject: string): { clientId: string | null; userId: string | null } {
  const [kind, id = ''] = subject.split(':');
  return {
    clientId: kind === 'client' ? id : null,
    userId: kind === 'user' ? tryDecodeId('user', id) : null,
  };
}
