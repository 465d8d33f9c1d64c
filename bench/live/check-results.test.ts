import { expect, test } from 'vitest';
import { checkResults } from './check-results.ts';
import { quoteEvent } from './source/quote-event.ts';
import { protocols } from './subscribers/protocols.ts';

const [sse, multipart] = protocols;
const data = (number: number) => ({ quoteChanged: quoteEvent(number, number * 1_000) });

function framed(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

test('results are read from both protocols, HTTP chunks and heartbeats included', () => {
  const events = [1, 2].map(
    (number) => `id: ${number}\nevent: next\ndata: ${JSON.stringify({ data: data(number) })}\n\n`,
  );
  checkResults(sse!, framed(':\n\n') + events.map(framed).join(framed('id: 2\n\n')), 2);

  const part = (json: unknown) =>
    `\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(json)}\r\n--graphql`;
  const parts = [1, 2].map((number) =>
    part({ payload: { data: data(number), extensions: { cursor: '1' } } }),
  );
  checkResults(multipart!, framed(`\r\n--graphql${part({})}`) + parts.map(framed).join(framed(part({}))), 2);
});

test('what was not published, and what is missing, is a fault', () => {
  const text = (result: unknown) => `event: next\ndata: ${JSON.stringify(result)}\n\n`;
  const { quoteChanged } = data(1);
  expect(() =>
    checkResults(sse!, text({ data: { quoteChanged: { ...quoteChanged, cursor: '7' } } }), 1),
  ).toThrow('wrong');
  expect(() => checkResults(sse!, text({ errors: [{ message: 'no' }] }), 1)).toThrow('wrong');
  expect(() => checkResults(sse!, text({ data: data(1) }), 2)).toThrow('1 results instead of 2');
});
