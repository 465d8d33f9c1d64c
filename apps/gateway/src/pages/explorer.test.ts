import { existsSync } from 'node:fs';
import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);
if (!executablePath) console.warn('No Chromium on this machine: the explorer is not tried in a browser.');

let graph: ForeignGraph;
let gateway: TestGateway;
let browser: Browser;

beforeAll(async () => {
  if (!executablePath) return;
  graph = await startForeignGraph();
  gateway = await startTestGateway(graph.supergraphSdl);
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
});
afterAll(async () => {
  await browser?.close();
  await gateway?.[Symbol.asyncDispose]();
  await graph?.[Symbol.asyncDispose]();
});

/** Opens the explorer, and keeps what it asks for and complains of. */
async function openExplorer() {
  const page = await browser.newPage();
  const hosts = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${gateway.origin}/explorer`);
  return {
    hosts,
    complaints,
    /** Writes an operation in place of what is in the editor, and runs it. */
    async run(operation: string, inPlaceOf: string) {
      await page.locator('.cm-content', { hasText: inPlaceOf }).fill(operation);
      await page.keyboard.press('Control+Enter');
    },
    shows: (text: string) =>
      vi.waitFor(async () => expect(await page.locator('body').textContent()).toContain(text), {
        timeout: 20_000,
      }),
  };
}

test.skipIf(!executablePath)(
  'a query and a subscription run in a browser, and nothing leaves the host',
  async () => {
    const explorer = await openExplorer();
    await explorer.run('query Q { person(id: 42) { name } }', 'Welcome to Altair');
    await explorer.shows('Person 42');

    await explorer.run('subscription S { postAdded { title author { name } } }', 'query Q');
    await vi.waitFor(() => expect(graph.posts.streams).toBe(1), { timeout: 20_000 });
    graph.addPost({ title: 'seen in a browser', author: '9' });
    await explorer.shows('seen in a browser');

    const own = new URL(gateway.origin).host;
    expect([...explorer.hosts].filter((host) => host !== own && host !== '')).toEqual([]);
    expect(explorer.complaints).toEqual([]);
  },
  90_000,
);
