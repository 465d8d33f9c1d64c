/** Longer strings are cheaper to quote by the engine's own code than to look through here. */
const shortLength = 48;

/** A string as JSON. Most strings are short and need no escapes: for those a look at each character is cheapest. */
export function quote(text: string): string {
  const { length } = text;
  if (length > shortLength) return JSON.stringify(text);
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    // Quotation mark, backslash, control characters, and surrogates, which may stand alone.
    if (code < 0x20 || code === 0x22 || code === 0x5c || code >= 0xd800) return JSON.stringify(text);
  }
  return `"${text}"`;
}
