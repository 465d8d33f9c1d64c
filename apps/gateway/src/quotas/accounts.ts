import { choosePolicy, type EdgeRules, subjectOf } from '@kronos/edge-rules';
import type { ResilientQuotas } from '@kronos/quotas';
import type { GatewayContext } from '../context.ts';
import { type Account, RequestAccount } from './account.ts';
import type { QuotaMetrics } from './metrics.ts';
import type { HeaderSink } from './rate-limit-headers.ts';

export interface AccountsOptions {
  quotas: Pick<ResilientQuotas, 'take' | 'takeMore' | 'giveBack' | 'close'>;
  metrics: QuotaMetrics;
  /** The rules that hold now; asked at each request, so that a change of policy holds from the next one on. */
  rules(): Pick<EdgeRules, 'policies'>;
}

/** The accounts that requests are paid from. */
export interface Accounts {
  /** That of a request, with the policy of its caller, or of its route when that has one of its own. */
  open(context: GatewayContext, sink: HeaderSink): Account;
  /** That of a request of which nobody knows who sent it, such as one with a token that is not good. */
  openStrangers(address: string, sink: HeaderSink): Account;
  close(): Promise<void>;
}

export function createAccounts({ quotas, metrics, rules }: AccountsOptions): Accounts {
  return {
    open(context, sink) {
      const { client, route, clientAddress: address } = context;
      const { viewer } = context.caller;
      const { policies } = rules();
      const owner = subjectOf({ client, viewer, address });
      const ofRoute = route?.policyId ? policies.find(({ id }) => id === route.policyId) : undefined;
      const subject = ofRoute ? `${owner}@${route!.id}` : owner;
      const policy = ofRoute ?? choosePolicy({ client, viewer }, { policies });
      return new RequestAccount({ subject, policy, quotas, metrics, sink });
    },
    openStrangers(address, sink) {
      const nobody = { client: null, viewer: null };
      const policy = choosePolicy(nobody, rules());
      return new RequestAccount({
        subject: subjectOf({ ...nobody, address }),
        policy,
        quotas,
        metrics,
        sink,
      });
    },
    close: () => quotas.close(),
  };
}

/**
 * Under whose name usage is counted: a caller's routes with the caller, and all strangers as one, so that their addresses
 * are kept nowhere for longer than a bucket takes to fill.
 */
export function countAs(subject: string): string {
  if (subject.startsWith('address:')) return 'anonymous';
  const end = subject.indexOf('@');
  return end < 0 ? subject : subject.slice(0, end);
}
