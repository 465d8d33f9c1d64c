/** What is needed of a Prisma transaction client that holds the tables `inbox` and `consumer_offset`. */
export interface ConsumerTables {
  inbox: {
    createMany(args: {
      data: { consumer: string; eventId: string }[];
      skipDuplicates: true;
    }): PromiseLike<{ count: number }>;
  };
  consumerOffset: {
    findUnique(args: {
      where: { consumer_domain: { consumer: string; domain: string } };
    }): PromiseLike<{ position: bigint } | null>;
    createMany(args: {
      data: { consumer: string; domain: string; position: bigint }[];
      skipDuplicates: true;
    }): PromiseLike<{ count: number }>;
    updateMany(args: {
      where: { consumer: string; domain: string; position?: { lt: bigint } };
      data: { position: bigint };
    }): PromiseLike<{ count: number }>;
  };
}

/** A Prisma client of the consuming domain. */
export interface ConsumerDatabase<Transaction extends ConsumerTables> extends ConsumerTables {
  $transaction<Result>(
    run: (transaction: Transaction) => Promise<Result>,
    options: { maxWait: number; timeout: number },
  ): Promise<Result>;
}
