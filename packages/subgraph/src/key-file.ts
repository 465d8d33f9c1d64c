import { readFile, stat } from 'node:fs/promises';
import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type JWTHeaderParameters } from 'jose';

/** The public keys in a JWKS file, as it is now: it is read again whenever it has changed. */
export class KeyFile {
  readonly #path: string;
  #version = '';
  #find: ReturnType<typeof createLocalJWKSet> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The key that a token names.
   *
   * @throws when the file is missing or does not hold the key
   */
  async find(header: JWTHeaderParameters): Promise<CryptoKey> {
    await this.#refresh();
    return this.#find!(header);
  }

  // A file system call per token that is not cached: the gateway mints a token per caller and minute.
  async #refresh(): Promise<void> {
    const { mtimeMs, ino, size } = await stat(this.#path);
    const version = `${mtimeMs}-${ino}-${size}`;
    if (this.#find && version === this.#version) return;
    this.#find = createLocalJWKSet(JSON.parse(await readFile(this.#path, 'utf8')) as JSONWebKeySet);
    this.#version = version;
  }
}
