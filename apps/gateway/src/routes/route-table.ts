import { isReserved, type Route } from '@kronos/edge-rules';
import createRouter, { type HTTPMethod } from 'find-my-way';
import type { GraphQLSchema } from 'graphql';
import type { PreparedRules } from '../rules/prepare-rules.ts';
import { type PreparedRoute, prepareRoute } from './prepare-route.ts';

/** A route that answers a request, with what its path gives. */
export interface RouteMatch {
  prepared: PreparedRoute;
  /** By the names in the path's template, decoded. */
  parameters: Readonly<Record<string, string | undefined>>;
}

/** The routes of one version of the rules and of the graph. */
export interface RouteTable {
  routes: readonly PreparedRoute[];
  /** Enabled routes that cannot be served, and why. */
  broken: readonly { route: Route; reason: string }[];
  /** The route for a request. @param url with or without the query; undefined when there is none */
  find(method: string, url: string): RouteMatch | undefined;
  /** The methods that a path may be asked with; empty when there is nothing at it. */
  methodsAt(url: string): string[];
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** Longer than any id; what is longer matches no route. */
const maxParameterLength = 1_024;

/** @param prepare how routes are prepared, which may be known from before */
export function createRouteTable(
  { rules, documentOf }: PreparedRules,
  schema: GraphQLSchema,
  prepare: typeof prepareRoute = prepareRoute,
): RouteTable {
  const router = createRouter({ maxParamLength: maxParameterLength });
  const routes: PreparedRoute[] = [];
  const broken: { route: Route; reason: string }[] = [];
  for (const route of rules.routes) {
    if (!route.isEnabled) continue;
    try {
      const prepared = prepare(route, documentOf(route.operationHash), schema);
      router.on(route.method, patternOf(prepared), () => undefined, prepared);
      routes.push(prepared);
    } catch (error) {
      broken.push({ route, reason: (error as Error).message });
    }
  }

  function find(method: string, url: string): RouteMatch | undefined {
    if (isReserved(url.slice(1).split(/[/?#]/, 1)[0]!)) return undefined;
    // What HEAD would be told of is what GET would send.
    const found = router.find((method === 'HEAD' ? 'GET' : method) as HTTPMethod, url);
    return found ? { prepared: found.store as PreparedRoute, parameters: found.params } : undefined;
  }

  return {
    routes,
    broken,
    find,
    methodsAt: (url) =>
      methods.flatMap((method) => {
        if (!find(method, url)) return [];
        return method === 'GET' ? ['GET', 'HEAD'] : [method];
      }),
  };
}

/** A path's template as find-my-way writes it, which compares what is decoded. */
function patternOf({ segments }: PreparedRoute): string {
  const parts = segments.map((segment) =>
    'parameter' in segment
      ? `:${segment.parameter}`
      : decodeURIComponent(segment.literal).replaceAll(':', '::'),
  );
  return `/${parts.join('/')}`;
}
