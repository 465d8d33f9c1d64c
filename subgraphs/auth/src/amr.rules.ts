/** Another provider has said who it is. RFC 8176 has no name for that; this is the one that is used. */
export const federated = ['fed'] as const;

/**
 * By what somebody has proved who they are, once `added` comes to what was proved `before` (RFC 8176). Two things of
 * different kinds are `mfa`; so is a passkey alone, which is a device and what unlocks it. That another provider has said who
 * it is (`fed`) counts as much as a password, whatever they have asked for there.
 */
export function combinedAmr(before: readonly string[], added: readonly string[]): string[] {
  const methods = [...new Set([...before, ...added])].filter((method) => method !== 'mfa');
  const isKnown = methods.includes('pwd') || methods.includes('fed');
  const isMultiple = methods.includes('hwk') || (isKnown && methods.includes('otp'));
  return isMultiple ? [...methods, 'mfa'] : methods;
}
