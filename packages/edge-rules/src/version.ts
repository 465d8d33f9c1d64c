import { hash } from 'node:crypto';
import type { EdgeRules, EdgeRulesContents } from './edge-rules.ts';

/** The rules with their version: the same contents in the same order have the same one. */
export function withVersion(contents: EdgeRulesContents): EdgeRules {
  return { version: hash('sha256', JSON.stringify(contents), 'base64url'), ...contents };
}
