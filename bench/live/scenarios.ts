import { type Protocol, protocols } from './subscribers/protocols.ts';

export interface Scenario {
  name: string;
  title: string;
  subscribers: number;
  /** How many credentials the subscribers have between them; 0 when all follow what is the same for everybody. */
  scopes: number;
  protocol: Protocol;
}

const credentials = 100;

/** Every combination of sizes, groups and protocols. */
export function listScenarios(sizes: readonly number[]): Scenario[] {
  return sizes.flatMap((subscribers) =>
    [0, credentials].flatMap((scopes) =>
      protocols.map((protocol) => ({
        name: `${subscribers}-${scopes > 0 ? 'scopes' : 'grouped'}-${protocol.name}`,
        title: `${subscribers.toLocaleString('en')} ${scopes > 0 ? `in ${scopes} scopes` : 'grouped'}, ${protocol.title}`,
        subscribers,
        scopes,
        protocol,
      })),
    ),
  );
}
