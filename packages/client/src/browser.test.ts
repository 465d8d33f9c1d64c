import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startForeignGraph } from '@kronos/engine/testing';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { expect, test, vi } from 'vitest';
import type * as Client from './index.ts';
import { startGatewayProcess } from './testing/gateway-process.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);
if (!executablePath) console.warn('No Chromium on this machine: the client is not tried in a browser.');

/** What a page would load. */
const script = await bundle();

async function bundle(): Promise<string> {
  const input = fileURLToPath(new URL('./index.ts', import.meta.url));
  const build = await rolldown({ input, platform: 'browser' });
  const { output } = await build.generate({ format: 'iife', name: 'kronos', minify: true });
  return output[0].code;
}

test('for browsers it is one small script that asks for nothing of Node', () => {
  expect(script).not.toMatch(/node:|\brequire\(|process\./);
  expect(script.length).toBeLessThan(25_000);
});

declare global {
  interface Window {
    kronos: typeof Client;
    ids: string[];
  }
}

test.skipIf(!executablePath)(
  'a page goes on where it was when the gateway is back',
  async () => {
    await using graph = await startForeignGraph();
    await using gateway = await startGatewayProcess(graph.supergraphSdl);
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    const page = await browser.newPage({ bypassCSP: true });
    await page.goto(new URL('/health', gateway.url).href);
    await page.addScriptTag({ content: script });
    await page.evaluate(() => {
      window.ids = [];
      const client = window.kronos.createKronosClient({
        url: '/graphql',
        backOff: { initialMs: 20, maxMs: 200 },
      });
      void (async () => {
        for await (const { data } of client.subscribe('subscription { postAdded { id } }'))
          window.ids.push(data.postAdded.id);
      })();
    });
    const ids = () => page.evaluate(() => window.ids);
    await vi.waitFor(() => expect(graph.posts.streams).toBe(1), { timeout: 10_000 });
    graph.addPost({ title: 'one', author: '1' });
    await vi.waitFor(async () => expect(await ids()).toEqual(['1']));
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      await gateway.stop(signal);
      graph.addPost({ title: signal, author: '1' });
      await gateway.start();
    }
    await vi.waitFor(async () => expect(await ids()).toEqual(['1', '2', '3']), { timeout: 10_000 });
    await browser.close();
  },
  60_000,
);
