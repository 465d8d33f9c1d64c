/** Headers by their names. */
export type Headers = Record<string, string>;

const nameShape = /^[!#$%&'*+.^_`|~\w-]+$/;
const forbiddenInValue = /[^\t\x20-\x7e\x80-\xff]/;

/** Headers of requests: checked and written once, however many requests have them. */
export class RequestHeaders {
  readonly values: Readonly<Headers>;
  #lines: string | undefined;

  constructor(values: Readonly<Headers>) {
    this.values = values;
  }

  /**
   * As they stand in a head of HTTP/1.1, a line for each.
   *
   * @throws TypeError for what is no header, or would be several
   */
  get lines(): string {
    this.#lines ??= write(this.values);
    return this.#lines;
  }
}

function write(headers: Readonly<Headers>): string {
  let lines = '';
  for (const name in headers) {
    const value = headers[name]!;
    if (!nameShape.test(name) || forbiddenInValue.test(value)) {
      throw new TypeError(`The header ${JSON.stringify(name)} cannot be sent.`);
    }
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}
