/** The document by which a field of schema.graphql is followed. */
export function subscription(field: 'quoteChanged' | 'ownQuoteChanged'): string {
  return `subscription Quotes {
  quoteChanged: ${field} {
    eventId
    occurredAt
    cursor
    quote { id symbol name price currency }
    number
    publishedAt
  }
}`;
}
