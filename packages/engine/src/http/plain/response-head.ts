import { ProtocolError } from './protocol-error.ts';

/** How the end of a body is found. */
export type BodyFraming = { kind: 'length'; length: number } | { kind: 'chunked' } | { kind: 'close' };

/** The head of a response. */
export interface ResponseHead {
  status: number;
  /** By names in lower case; several lines of one name are a list. */
  headers: Record<string, string | string[]>;
  framing: BodyFraming;
  /** For how many milliseconds the connection may be used again; 0 when it must not be. */
  keepAliveMs: number | undefined;
}

const statusLine = /^HTTP\/1\.([01]) (\d{3})(?: |$)/;
const nameShape = /^[!#$%&'*+.^_`|~\w-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that a value must not have
const forbiddenInValue = /[\0-\x08\x0a-\x1f\x7f]/;
const digits = /^\d{1,15}$/;
const timeoutParameter = /(?:^|[,\s])timeout=(\d{1,9})/i;

/**
 * Reads the head of a response, and nothing that is not exactly as it should be: what two readers could understand in two
 * ways is how answers get mixed up.
 *
 * @param text up to the empty line, without it
 * @throws ProtocolError
 * @see https://www.rfc-editor.org/rfc/rfc9112
 */
export function parseResponseHead(text: string): ResponseHead {
  const lines = text.split('\r\n');
  const start = statusLine.exec(lines[0]!);
  if (!start) throw new ProtocolError('no status line');
  const status = Number(start[2]);
  const headers: ResponseHead['headers'] = Object.create(null);
  for (let index = 1; index < lines.length; index++) addHeader(headers, lines[index]!);
  const framing = framingOf(status, headers);
  const isKept = start[1] === '1' && framing.kind !== 'close' && !hasToken(headers.connection, 'close');
  return { status, headers, framing, keepAliveMs: isKept ? keepAliveOf(headers['keep-alive']) : 0 };
}

function addHeader(headers: ResponseHead['headers'], line: string): void {
  const colon = line.indexOf(':');
  const name = colon < 1 ? undefined : headerName(line.slice(0, colon));
  if (name === undefined || forbiddenInValue.test(line)) throw new ProtocolError('a header that is none');
  const value = line.slice(colon + 1).trim();
  const present = headers[name];
  if (present === undefined) headers[name] = value;
  else if (typeof present === 'string') headers[name] = [present, value];
  else present.push(value);
}

/** Names in lower case by how they were written: subgraphs have few, and always the same. */
const knownNames = new Map<string, string>();
const mostKnownNames = 1_000;

/** In lower case; undefined for what is no name. */
function headerName(written: string): string | undefined {
  const known = knownNames.get(written);
  if (known !== undefined || !nameShape.test(written)) return known;
  const name = written.toLowerCase();
  if (knownNames.size < mostKnownNames) knownNames.set(written, name);
  return name;
}

function framingOf(status: number, headers: ResponseHead['headers']): BodyFraming {
  const { 'transfer-encoding': encoding, 'content-length': length } = headers;
  if (status < 200 || status === 204 || status === 304) return { kind: 'length', length: 0 };
  if (encoding !== undefined) {
    const isChunked = typeof encoding === 'string' && encoding.toLowerCase() === 'chunked';
    if (!isChunked || length !== undefined) throw new ProtocolError('a body whose end cannot be told');
    return { kind: 'chunked' };
  }
  if (length === undefined) return { kind: 'close' };
  if (typeof length !== 'string' || !digits.test(length)) throw new ProtocolError('a length that is none');
  return { kind: 'length', length: Number(length) };
}

function hasToken(header: string | string[] | undefined, token: string): boolean {
  if (header === undefined || header === 'keep-alive') return false;
  return String(header)
    .split(',')
    .some((part) => part.trim().toLowerCase() === token);
}

/** In milliseconds; undefined when the other side does not say. */
function keepAliveOf(header: string | string[] | undefined): number | undefined {
  const seconds = header === undefined ? undefined : timeoutParameter.exec(String(header))?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
