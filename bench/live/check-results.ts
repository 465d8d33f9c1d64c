import { isDeepStrictEqual } from 'node:util';
import { quoteEvent } from './source/quote-event.ts';
import type { Protocol } from './subscribers/protocols.ts';

interface Result {
  data?: { quoteChanged?: { number: number; publishedAt: string } };
}

/**
 * Compares what one subscriber got with what the source has published, whole.
 *
 * @throws Error when an event differs, or when there are not as many
 */
export function checkResults(protocol: Protocol, text: string, events: number): void {
  const results = protocol.results(text) as Result[];
  if (results.length !== events) throw new Error(`${results.length} results instead of ${events}`);
  for (const result of results) {
    const { number = 0, publishedAt } = result.data?.quoteChanged ?? {};
    const expected = { quoteChanged: quoteEvent(number, Number(publishedAt)) };
    if (!isDeepStrictEqual(result.data, expected)) throw new Error(`wrong: ${JSON.stringify(result)}`);
  }
}
