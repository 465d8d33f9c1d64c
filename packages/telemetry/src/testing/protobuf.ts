/** The fields of one protobuf message by their numbers: numbers as bigint, everything with a length as bytes. */
export type Fields = Map<number, (bigint | Buffer)[]>;

/** Reads one message without knowing what its fields mean. @see https://protobuf.dev/programming-guides/encoding/ */
export function readFields(bytes: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;

  function varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  function take(length: number): Buffer {
    at += length;
    return bytes.subarray(at - length, at);
  }

  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    const values = fields.get(number) ?? [];
    fields.set(number, values);
    if ((tag & 7) === 0) values.push(varint());
    else if ((tag & 7) === 1) values.push(take(8).readBigUInt64LE());
    else if ((tag & 7) === 5) values.push(BigInt(take(4).readUInt32LE()));
    else values.push(take(Number(varint())));
  }
  return fields;
}

/** All values of a field that holds bytes. */
export function bytesOf(fields: Fields, number: number): Buffer[] {
  return (fields.get(number) ?? []) as Buffer[];
}

/** A field that holds a text; empty when it is not there. */
export function textOf(fields: Fields, number: number): string {
  return bytesOf(fields, number)[0]?.toString('utf8') ?? '';
}

/** A field that holds a number; 0 when it is not there. */
export function numberOf(fields: Fields, number: number): bigint {
  return (fields.get(number)?.[0] as bigint | undefined) ?? 0n;
}
