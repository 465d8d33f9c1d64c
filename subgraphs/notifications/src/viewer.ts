import { type RequestContext, unauthenticated, type Viewer } from '@kronos/subgraph';

/** The caller of a field that carries `@authenticated`, and so is never reached without one. */
export function viewerOf({ viewer }: Pick<RequestContext, 'viewer'>): Viewer {
  if (!viewer) throw unauthenticated();
  return viewer;
}
