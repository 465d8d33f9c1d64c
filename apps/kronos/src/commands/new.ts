import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { repositoryRoot } from '@kronos/service/environment';
import { StartError } from '@kronos/service/run-service';
import { newDomain } from '../new/new-domain.ts';
import { createTerminal } from '../terminal.ts';

/** What `kronos new` takes from its command line. */
export interface NewFlags {
  aggregate?: string;
  port?: string;
  install: boolean;
}

/** `kronos new`: writes a domain; asks for its first aggregate where there is a terminal to ask. */
export async function createDomain(domain: string, flags: NewFlags): Promise<void> {
  const port = flags.port === undefined ? undefined : Number(flags.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
    throw new StartError(`${JSON.stringify(flags.port)} is no port: expected a number from 1 to 65535.`);
  const aggregate = flags.aggregate ?? (await askForAggregate(domain));
  await newDomain({
    root: repositoryRoot,
    domain,
    aggregate,
    port,
    isInstalled: flags.install,
    terminal: createTerminal(),
  });
  console.log(
    `\nThe domain ${domain} is there. Start reading at subgraphs/${domain}/README.md; \`npm run check\` passes.`,
  );
}

async function askForAggregate(domain: string): Promise<string> {
  if (!stdin.isTTY)
    throw new StartError('Name the first aggregate of the domain, e.g. --aggregate StockItem.');
  const prompt = createInterface({ input: stdin, output: stdout });
  try {
    return (
      await prompt.question(
        `The first thing that ${domain} owns, as a noun in the singular (e.g. StockItem): `,
      )
    ).trim();
  } finally {
    prompt.close();
  }
}
