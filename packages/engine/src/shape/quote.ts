/** Longer strings are cheaper to quote by the engine's own code than to look through here. */
const shortLength = 48;

/** A string as JSON. Most strings are short and need no escapes: for those a look at each character is cheapest. */
export function quote(text: string): string {
  return isPlain(text) ? `"${text}"` : JSON.stringify(text);
}

/** Whether a value is known to be a string that is the same in JSON but for its quotation marks; long ones are not looked at. */
export function isPlain(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const { length } = value;
  if (length > shortLength) return false;
  for (let index = 0; index < length; index++) {
    const code = value.charCodeAt(index);
    // Quotation mark, backslash, control characters, and surrogates, which may stand alone.
    if (code < 0x20 || code === 0x22 || code === 0x5c || code >= 0xd800) return false;
  }
  return true;
}
