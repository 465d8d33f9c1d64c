// What a browser takes for an address (https://html.spec.whatwg.org/#valid-e-mail-address), with a domain of two labels.
const shape =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/**
 * The one spelling under which an e-mail address is kept and looked up: trimmed, in lower case.
 *
 * @returns null when the text is no address, or longer than the 254 characters of RFC 5321
 */
export function parseEmail(text: string): string | null {
  const email = text.trim().toLowerCase();
  return email.length <= 254 && shape.test(email) ? email : null;
}
