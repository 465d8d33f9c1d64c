import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

const iterations = 4096;

/**
 * What PostgreSQL keeps of a password, for it to be set without being sent: a statement that has it in plain text would stand in
 * the server's logs and in its count of statements.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5803 and `pg_authid.rolpassword` in PostgreSQL's documentation
 */
export function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(prepared(password), salt, iterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const serverKey = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

// RFC 3454, tables C.1.2 and B.1.
const otherSpaces = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/gu;
const nothing = /\u00AD|\u034F|\u1806|[\u180B-\u180D]|\u200C|\u200D|\u2060|[\uFE00-\uFE0F]|\uFEFF/gu;

/**
 * A password in the form in which clients show that they know it: SASLprep's three steps that change it, which `pg` takes, too.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4013
 */
function prepared(password: string): string {
  return password.replace(otherSpaces, ' ').replace(nothing, '').normalize('NFKC');
}
