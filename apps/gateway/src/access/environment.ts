import { httpUrl } from '@kronos/service/environment';
import { z } from 'zod';

const names = z.array(z.string()).default([]);
const policies = z.record(z.string(), z.strictObject({ roles: names, scopes: names }));

/** What becomes of what callers may not see, and who meets which policy. */
export const accessEnvironment = {
  /** Where auth exchanges API tokens for access tokens; unset where there are none. */
  KRONOS_API_TOKENS_URL: httpUrl().optional(),
  /** `null`: it is null in the answer, with an error; `refuse`: the operation is refused. */
  KRONOS_UNAUTHORIZED: z.enum(['null', 'refuse']).default('null'),
  /** Who meets the policies that `@policy` names, beside those of the router: JSON by the policy's name. */
  KRONOS_POLICIES: z
    .string()
    .default('{}')
    .transform((text, context) => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue('expected JSON, e.g. {"billing":{"roles":["accountant"],"scopes":[]}}');
        return z.NEVER;
      }
    })
    .pipe(policies),
};
