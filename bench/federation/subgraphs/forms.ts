/** What answers are made of: JSON text for HTTP, or objects for a gateway in the same process. */
export interface Form<Value> {
  /** Any value that JSON can hold. */
  plain(value: unknown): Value;
  list(items: readonly Value[]): Value;
  object(members: readonly (readonly [key: string, value: Value])[]): Value;
}

export const text: Form<string> = {
  plain: (value) => JSON.stringify(value),
  list: (items) => `[${items.join()}]`,
  object: (members) => `{${members.map(([key, value]) => `"${key}":${value}`).join()}}`,
};

export const objects: Form<unknown> = {
  plain: (value) => value,
  list: (items) => items,
  object: (members) => Object.fromEntries(members),
};
