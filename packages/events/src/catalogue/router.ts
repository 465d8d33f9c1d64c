import { z } from 'zod';
import { defineEvents } from './define.ts';
import { personalDataEvents } from './personal-data.ts';

/** Events of what holds at the edge of the graph, and of the parts behind it. */
export const routerEvents = defineEvents('router', {
  /** What gateways enforce has changed: they fetch it again. */
  edgeRulesChanged: {
    payload: z.object({ kind: z.enum(['POLICY', 'CLIENT', 'OPERATION', 'ROUTE', 'ACCESS_POLICY']) }),
  },
  /** A subgraph answers, answers badly, or does not answer, and did otherwise before. */
  subgraphHealthChanged: {
    payload: z.object({ name: z.string(), health: z.enum(['UP', 'DEGRADED', 'DOWN']) }),
  },
  /** Someone has spent so much of the points of a month; once for each subject, month and threshold. */
  quotaThresholdReached: {
    payload: z.object({
      /** `client:<uuid>` or `user:<typeid>`. */
      subject: z.string(),
      /** In percent of the limit. */
      threshold: z.int(),
      /** The month in UTC, such as `2027-01`. */
      period: z.string(),
      points: z.int(),
      limit: z.int(),
    }),
    key: 'subject',
  },
  /** Another version of the composed graph is served. */
  supergraphUpdated: { payload: z.object({ schemaHash: z.string() }) },
  ...personalDataEvents('router'),
});
