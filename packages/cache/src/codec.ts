/** How values become text and are made of it again. */
export interface Codec<Value> {
  encode(value: Value): string;
  /** May throw: the entry then counts as missing. */
  decode(text: string): Value;
}

/** Values that survive JSON. */
export function json<Value>(): Codec<Value> {
  return { encode: (value) => JSON.stringify(value), decode: (text) => JSON.parse(text) as Value };
}

/** Values that are text already. */
export const text: Codec<string> = { encode: (value) => value, decode: (value) => value };
