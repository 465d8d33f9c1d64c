/** What a table has in it to be worth a connection of its own, in bytes. */
const worthwhileBytes = 4 * 1024 * 1024;
/** Connections at once to one database: more are no faster where a process hashes and encrypts on one thread. */
const mostAtOnce = 3;

/** Tables that are worked on together: each large one by itself, the largest first, and all small ones in the end. */
export function toBatches<Table extends { bytes: number }>(tables: readonly Table[]): Table[][] {
  const large = tables.filter(({ bytes }) => bytes > worthwhileBytes);
  const small = tables.filter(({ bytes }) => bytes <= worthwhileBytes);
  const alone = large.toSorted((one, other) => other.bytes - one.bytes).map((table) => [table]);
  return small.length > 0 ? [...alone, small] : alone;
}

/**
 * Works off batches, on several connections where there are several.
 *
 * @param client the first connection; others are made when they are needed, and end with the work
 * @param open makes one; null when there cannot be another
 * @throws the first failure, when all have ended what they were at
 */
export async function workOff<Batch, Client extends AsyncDisposable>(
  batches: readonly Batch[],
  { client, open }: { client: Client; open: () => Promise<Client | null> },
  work: (client: Client, batch: Batch) => Promise<void>,
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const left = [...batches];
  const failures: unknown[] = [];
  async function workOn(own: Client): Promise<void> {
    for (let batch = left.shift(); batch !== undefined && failures.length === 0; batch = left.shift())
      await work(own, batch);
  }
  async function help(): Promise<void> {
    const another = await open();
    if (another) await workOn(opened.use(another));
  }
  const fail = (failure: unknown) => failures.push(failure);
  const helpers = Math.min(mostAtOnce, batches.length) - 1;
  await Promise.all([
    workOn(client).catch(fail),
    ...Array.from({ length: Math.max(0, helpers) }, () => help().catch(fail)),
  ]);
  if (failures.length > 0) throw failures[0];
}
