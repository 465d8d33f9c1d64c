import { type EdgeRules, edgeRulesShape } from '@kronos/edge-rules';
import type { Redis } from 'ioredis';

/** The last rules that any gateway has loaded, for those that start while the router is away. */
export interface RulesSnapshot {
  /** @throws Error when Redis does not answer, or holds what are no rules */
  read(): Promise<EdgeRules | undefined>;
  /** Writes rules unless they are there already. */
  write(rules: EdgeRules): Promise<void>;
}

/** A hash of two fields, so that looking for the version does not read all of the rules. */
const key = 'kronos:edge-rules';

export function createRulesSnapshot(redis: Redis): RulesSnapshot {
  return {
    async read() {
      const text = await redis.hget(key, 'rules');
      return text === null ? undefined : edgeRulesShape.parse(JSON.parse(text));
    },
    async write(rules) {
      if ((await redis.hget(key, 'version')) === rules.version) return;
      await redis.hset(key, { version: rules.version, rules: JSON.stringify(rules) });
    },
  };
}
