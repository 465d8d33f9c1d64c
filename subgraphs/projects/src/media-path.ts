import { isMediaPath } from '@kronos/subgraph';
import { neededText } from './inputs.ts';

/** Where a file lies. */
export function mediaPath(name: string) {
  return neededText(500, name).refine(
    isMediaPath,
    `${name} must be a path without “..”, or an https or s3 address.`,
  );
}
