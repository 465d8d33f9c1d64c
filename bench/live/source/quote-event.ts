/** What one event says; fields as in schema.graphql. */
export interface QuoteEvent {
  eventId: string;
  occurredAt: string;
  cursor: string;
  quote: { id: string; symbol: string; name: string; price: number; currency: string };
  number: number;
  publishedAt: string;
}

/**
 * The event of a number, the same in every process.
 *
 * @param publishedAt in microseconds of the monotonic clock
 */
export function quoteEvent(number: number, publishedAt: number): QuoteEvent {
  return {
    eventId: `evt_01jd3m5yq0e8ktp0a3y7${String(number).padStart(6, '0')}`,
    occurredAt: new Date(1_700_000_000_000 + number).toISOString(),
    cursor: String(number),
    quote: {
      id: 'quote_01jd3m5yq0e8ktp0a3y7w9gq3j',
      symbol: 'KRNS',
      name: 'Kronos Incorporated',
      price: 100 + (number % 1_000) / 8,
      currency: 'EUR',
    },
    number,
    publishedAt: String(publishedAt),
  };
}

/** The machine's monotonic clock in microseconds: the same in all its processes. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
