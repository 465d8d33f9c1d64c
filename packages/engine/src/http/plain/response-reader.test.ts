import { expect, test } from 'vitest';
import { AnswerTooLarge } from '../subgraph-failure.ts';
import { ProtocolError } from './protocol-error.ts';
import { ResponseReader } from './response-reader.ts';

const maxBytes = 1_000;

/** Reads a response that comes in pieces cut at certain places. */
function read(text: string, cuts: readonly number[] = []) {
  const reader = new ResponseReader(maxBytes);
  const bytes = Buffer.from(text);
  const edges = [0, ...cuts, bytes.length];
  let answer: ReturnType<ResponseReader['read']>;
  for (let index = 1; index < edges.length; index++) {
    answer = reader.read(bytes.subarray(edges[index - 1], edges[index]));
  }
  return { reader, answer };
}

const head = (...lines: string[]) => `${['HTTP/1.1 200 OK', ...lines].join('\r\n')}\r\n\r\n`;
const euro = '{"data":"€"}';
const responses: Record<string, string> = {
  'with a length': `${head('Content-Length: 14', 'X-A: 1', 'x-a: 2')}${euro}`,
  chunked: `${head('transfer-encoding: Chunked')}5;a=b\r\n{"dat\r\n9\r\na":"€"}\r\n0\r\nx-trailer: 1\r\n\r\n`,
  'after early hints': `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${head('content-length: 14')}${euro}`,
};

test.each(Object.entries(responses))('an answer %s is the same wherever it is cut', (_name, text) => {
  const { length } = Buffer.from(text);
  for (let cut = 1; cut < length; cut++) {
    const { answer, reader } = read(text, [cut]);
    expect(answer).toMatchObject({ status: 200, text: euro });
    expect(reader.keepAliveMs).toBeUndefined();
  }
  const everyByte = Array.from({ length: length - 1 }, (_, index) => index + 1);
  expect(read(text, everyByte).answer).toEqual(read(text).answer);
});

test('headers, several of one name', () => {
  const { answer } = read(head('Set-Cookie: a=1', 'set-cookie:b=2; path=/', 'X-Empty:', 'content-length: 0'));
  expect(answer?.headers).toEqual({
    'set-cookie': ['a=1', 'b=2; path=/'],
    'x-empty': '',
    'content-length': '0',
  });
});

test('an answer whose end is that of the connection', () => {
  const { reader, answer } = read(`${head()}${euro}`);
  expect(answer).toBeUndefined();
  expect(reader.end()).toMatchObject({ status: 200, text: euro });
  expect(reader.keepAliveMs).toBe(0);
});

test('one that breaks off is none', () => {
  expect(read(`${head('content-length: 15')}${euro}`).reader.end()).toBeUndefined();
  expect(read(`${head('transfer-encoding: chunked')}5\r\n{"dat\r\n`).reader.end()).toBeUndefined();
  expect(read('HTTP/1.1 200 OK\r\ncontent-le').reader.end()).toBeUndefined();
});

test('one after the other', () => {
  const { reader } = read(responses.chunked!);
  expect(reader.read(Buffer.from(`${head('content-length: 2')}{}`))).toMatchObject({ text: '{}' });
});

test('no body, whatever the length says', () => {
  expect(read('HTTP/1.1 204 No Content\r\n\r\n').answer).toMatchObject({ status: 204, text: '' });
  expect(read('HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n').answer).toMatchObject({ text: '' });
});

test.each([
  ['HTTP/1.1 200 OK\r\nconnection: close', 0],
  ['HTTP/1.1 200 OK\r\nconnection: foo, Close', 0],
  ['HTTP/1.0 200 OK', 0],
  ['HTTP/1.1 200 OK\r\nkeep-alive: timeout=5', 5_000],
  ['HTTP/1.1 200 OK\r\nkeep-alive: max=9, timeout=72', 72_000],
  ['HTTP/1.1 200', undefined],
])('how long a connection is kept: %j', (lines, expected) => {
  const { reader } = read(`${lines}\r\ncontent-length: 0\r\n\r\n`);
  expect(reader.keepAliveMs).toBe(expected);
});

test.each([
  'GARBAGE\r\n\r\n',
  'HTTP/2 200 OK\r\n\r\n',
  'HTTP/1.1 20 OK\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  head('no colon'),
  head(': no name'),
  head('bad name: 1'),
  head(' folded: 1'),
  head('x: a\0b'),
  head('x: a\nb'),
  head('content-length: -1'),
  head('content-length: 1e3'),
  head('content-length: 1', 'content-length: 1'),
  head('content-length: 1', 'transfer-encoding: chunked'),
  head('transfer-encoding: gzip, chunked'),
  `${head('content-length: 1')}{}`,
  `${head('transfer-encoding: chunked')}0\r\n\r\nHTTP/1.1 200 OK`,
  `${head('transfer-encoding: chunked')}1\n{`,
  `${head('transfer-encoding: chunked')}-1\r\n`,
  `${head('transfer-encoding: chunked')}1\r\n{}\r\n`,
  `${head('transfer-encoding: chunked')}1;${'a'.repeat(5_000)}`,
  `${head('transfer-encoding: chunked')}0\r\n${'a: b\r\n'.repeat(101)}`,
  `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(20_000)}`,
])('what is no answer is refused: %j', (text) => {
  expect(() => read(text)).toThrow(ProtocolError);
});

test.each([
  head(`content-length: ${maxBytes + 1}`),
  `${head('transfer-encoding: chunked')}3e9\r\n${'a'.repeat(1_001)}`,
  `${head()}${'a'.repeat(1_001)}`,
])('what is too large is refused as soon as that is known', (text) => {
  expect(() => read(text)).toThrow(AnswerTooLarge);
});
