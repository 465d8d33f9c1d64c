/**
 * Whether an `accept` header asks for deferred parts of an answer as Apollo's clients understand them. They ask for it only
 * with operations that use `@defer`.
 */
export function wantsParts(accept: string | undefined): boolean {
  return accept?.includes('multipart/mixed') === true && deferred.test(accept);
}

const deferred = /\bmultipart\/mixed\b[^,]*;\s*deferSpec="?20220824/i;
