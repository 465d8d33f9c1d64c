import type { EdgeRules, QuotaPolicy } from './edge-rules.ts';
import { withVersion } from './version.ts';

const id = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

/**
 * The policies that always exist, by name: what an installation begins with, and what a gateway enforces that has no
 * rules from the router. Their ids are the same everywhere.
 */
export const defaultPolicies: Readonly<
  Record<'anonymous' | 'user' | 'premium' | 'admin' | 'service', QuotaPolicy>
> = {
  anonymous: {
    id: id(1),
    name: 'anonymous',
    pointsPerMinute: 6_000,
    burst: 6_000,
    monthlyPoints: null,
    maxDepth: 20,
    maxCost: 5_000,
  },
  user: {
    id: id(2),
    name: 'user',
    pointsPerMinute: 12_000,
    burst: 12_000,
    monthlyPoints: null,
    maxDepth: 30,
    maxCost: 10_000,
  },
  premium: {
    id: id(3),
    name: 'premium',
    pointsPerMinute: 60_000,
    burst: 60_000,
    monthlyPoints: null,
    maxDepth: 30,
    maxCost: 20_000,
  },
  admin: {
    id: id(4),
    name: 'admin',
    pointsPerMinute: 60_000,
    burst: 60_000,
    monthlyPoints: null,
    maxDepth: 30,
    maxCost: 50_000,
  },
  service: {
    id: id(5),
    name: 'service',
    pointsPerMinute: 120_000,
    burst: 120_000,
    monthlyPoints: null,
    maxDepth: 30,
    maxCost: 50_000,
  },
};

/** What a gateway enforces that has never heard of the router: the default policies, and nothing that is stored. */
export const defaultRules: EdgeRules = withVersion({
  policies: Object.values(defaultPolicies),
  clients: [],
  operations: [],
  routes: [],
  accessPolicies: [],
});
