import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';

/** A key that signs internal tokens, in a file of its own. */
export async function writeInternalKey(): Promise<{ file: string } & Disposable> {
  const folder = mkdtempSync(join(tmpdir(), 'kronos-keys-'));
  const file = join(folder, 'internal.jwk');
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  writeFileSync(file, JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'test' }));
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
