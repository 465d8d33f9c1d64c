import { hash, type Options, verify } from '@node-rs/argon2';

/**
 * argon2id with 19 MiB, two passes and one lane, as OWASP has it:
 * https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
const argon2id: Options = {
  // `Algorithm.Argon2id`; the package declares that enum for compilers alone, it does not exist at run time.
  algorithm: 2,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
};

/** Hashes a password with a salt of its own; the result holds the parameters and the salt (PHC string). */
export function hashPassword(password: string): Promise<string> {
  return hash(canonical(password), argon2id);
}

/** Does the password belong to the hash? Takes as long for yes as for no. */
export function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return verify(passwordHash, canonical(password));
}

/** Keyboards differ in how they compose one and the same character (NIST SP 800-63B, 3.1.1.2). */
function canonical(password: string): string {
  return password.normalize('NFKC');
}
