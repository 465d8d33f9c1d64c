/**
 * What JSON would have made of a leaf value on its way: a Date is a text, NaN is null, what JSON cannot hold is undefined;
 * objects of custom scalars are copies.
 *
 * @throws TypeError for what JSON refuses, such as a BigInt
 */
export function copyLeaf(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
  }
  if (value === null) return null;
  if (Array.isArray(value)) return Array.from(value, (item) => copyLeaf(item) ?? null);
  const json: string | undefined = JSON.stringify(value);
  return json === undefined ? undefined : JSON.parse(json);
}
