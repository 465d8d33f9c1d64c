const awayCodes = new Set([
  'P1001',
  'P1002',
  'P1017',
  'P2024',
  'ECONNREFUSED',
  'ECONNRESET',
  '57P01',
  '57P03',
]);

/**
 * Whether an error says that the database cannot be reached now, or has ended the connection: from Prisma, from its
 * driver adapter or from the `pg` driver underneath, directly or as a cause.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, cause, originalError } = error as {
    code?: unknown;
    cause?: unknown;
    originalError?: unknown;
  };
  if (typeof code === 'string' && awayCodes.has(code)) return true;
  return isDatabaseAway(cause) || isDatabaseAway(originalError);
}
