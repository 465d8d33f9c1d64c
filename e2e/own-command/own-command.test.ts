import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { freePort } from '../kit/kronos.ts';

const { PATH, NODE_COMPILE_CACHE } = process.env;
const root = fileURLToPath(new URL('../../', import.meta.url));
const domains = readdirSync(join(root, 'subgraphs'));

test.each(domains)(
  'node subgraphs/%s/src/server.ts starts, tells what it misses, and ends',
  async (domain) => {
    const port = await freePort();
    const nowhere = await freePort();
    const keys = join(mkdtempSync(join(tmpdir(), 'kronos-own-')), 'jwks.json');
    writeFileSync(keys, '{"keys":[]}');
    const server = spawn(process.execPath, [`subgraphs/${domain}/src/server.ts`], {
      cwd: root,
      env: {
        PATH,
        NODE_COMPILE_CACHE,
        [`${domain.toUpperCase()}_PORT`]: String(port),
        [`${domain.toUpperCase()}_DATABASE_URL`]: `postgresql://nobody:none@127.0.0.1:${nowhere}/none`,
        REDIS_URL: `redis://127.0.0.1:${nowhere}`,
        KRONOS_INTERNAL_JWKS_FILE: keys,
        KRONOS_MASTER_KEYS: `own:${randomBytes(32).toString('base64')}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exit = once(server, 'exit');
    const health = await answerOf(`http://127.0.0.1:${port}/health`, server.exitCode);
    expect(health.status).toBe(200);

    const ready = await fetch(`http://127.0.0.1:${port}/ready`);
    expect(ready.status).toBe(503);

    const stranger = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    expect(stranger.status).toBe(401);
    expect(
      ((await stranger.json()) as { errors: [{ extensions: { code: string } }] }).errors[0].extensions.code,
    ).toBe('UNAUTHENTICATED');

    server.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  },
);

async function answerOf(url: string, exitCode: number | null): Promise<Response> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response) return response;
    if (exitCode !== null || Date.now() > deadline) throw new Error(`${url} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
