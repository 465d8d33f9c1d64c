import type { RouteMethod, RouteParameter, RouteSpelling } from '@kronos/edge-rules';

/** A route of every installation, with the operation that answers it. */
export interface SeededRoute {
  /** The same everywhere, so that a route is known again under another path. */
  id: string;
  method: RouteMethod;
  path: string;
  /** For people, in one sentence. */
  description: string;
  /** Holds exactly one operation, with a name. */
  document: string;
  parameters: readonly RouteParameter[];
  successStatus: number;
  resultPath: string;
  spelling?: RouteSpelling;
}

/** The id of a seeded route: each has a number of its own, for good. */
export const routeId = (number: number) => `00000000-0000-7000-8001-${String(number).padStart(12, '0')}`;
