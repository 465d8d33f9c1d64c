import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultRules, type EdgeRulesContents, withVersion } from '@kronos/edge-rules';

/** The part of the router that gives its rules to gateways, with rules that a test decides on. */
export interface TestRouter extends AsyncDisposable {
  /** Where the rules are. */
  readonly url: string;
  /** The questions for the rules, in the order in which they came, with the status that each was answered with. */
  readonly asked: { headers: IncomingHttpHeaders; status: number }[];
  readonly version: string;
  /** From now on these rules hold; what is omitted is as the default rules have it. */
  set(rules: Partial<EdgeRulesContents>): void;
  /** From now on nothing is answered but 503. */
  fail(): void;
  /** Ends `fail`. */
  recover(): void;
}

export async function startTestRouter(rules: Partial<EdgeRulesContents> = {}): Promise<TestRouter> {
  const asked: TestRouter['asked'] = [];
  const { version: _, ...defaults } = defaultRules;
  let current = withVersion({ ...defaults, ...rules });
  let isFailing = false;

  const server = createServer(({ headers }, response) => {
    const isKnown = headers['if-none-match'] === `"${current.version}"`;
    const status = isFailing ? 503 : isKnown ? 304 : 200;
    asked.push({ headers, status });
    response.writeHead(status, { etag: `"${current.version}"`, 'content-type': 'application/json' });
    response.end(status === 200 ? JSON.stringify(current) : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/edge-rules`,
    asked,
    get version() {
      return current.version;
    },
    set(changed) {
      current = withVersion({ ...defaults, ...changed });
    },
    fail() {
      isFailing = true;
    },
    recover() {
      isFailing = false;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
