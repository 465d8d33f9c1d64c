/** How a client asks for a stream, and finds the results in what it gets. */
export interface Protocol {
  name: 'sse' | 'multipart';
  title: string;
  accept: string;
  /** The JSON of each event in text that has whole events, HTTP chunk frames included. */
  results(text: string): unknown[];
}

export const protocols: readonly Protocol[] = [
  {
    name: 'sse',
    title: 'SSE',
    accept: 'text/event-stream',
    results: (text) => [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, json]) => JSON.parse(json!)),
  },
  {
    name: 'multipart',
    title: 'multipart',
    accept: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json',
    results: (text) =>
      [...text.matchAll(/^(\{"payload":.*\})\r?$/gm)].map(([, json]) => JSON.parse(json!).payload),
  },
];
