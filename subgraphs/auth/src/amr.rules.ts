/**
 * By what somebody has proved who they are, once `added` comes to what was proved `before` (RFC 8176). Two things of
 * different kinds are `mfa`; so is a passkey alone, which is a device and what unlocks it.
 */
export function combinedAmr(before: readonly string[], added: readonly string[]): string[] {
  const methods = [...new Set([...before, ...added])].filter((method) => method !== 'mfa');
  const isMultiple = methods.includes('hwk') || (methods.includes('pwd') && methods.includes('otp'));
  return isMultiple ? [...methods, 'mfa'] : methods;
}
