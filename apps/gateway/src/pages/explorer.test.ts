import { existsSync } from 'node:fs';
import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { type Browser, chromium, type Page } from 'playwright-core';
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

/** Opens the explorer with an operation in its editor, and keeps what it asks for and complains of. */
async function openExplorer(operation: string) {
  const page = await browser.newPage();
  const hosts = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${gateway.origin}/explorer`);
  const editor = page.locator('.cm-content', { hasText: 'Welcome to Altair' });
  await editor.waitFor();
  await editor.fill(operation);
  return { page, hosts, complaints };
}

const shown = (page: Page) => page.locator('body').textContent();

test.skipIf(!executablePath)(
  'a query and a subscription run in a browser, and nothing leaves the host',
  async () => {
    const query = await openExplorer('query Q { person(id: 42) { name } }');
    await query.page.keyboard.press('Control+Enter');
    await vi.waitFor(async () => expect(await shown(query.page)).toContain('Person 42'), { timeout: 20_000 });

    const live = await openExplorer('subscription S { postAdded { title author { name } } }');
    await live.page.keyboard.press('Control+Enter');
    await vi.waitFor(() => expect(graph.posts.streams).toBe(1), { timeout: 20_000 });
    graph.addPost({ title: 'seen in a browser', author: '9' });
    await vi.waitFor(async () => expect(await shown(live.page)).toContain('seen in a browser'), {
      timeout: 20_000,
    });

    const own = new URL(gateway.origin).host;
    expect([...query.hosts, ...live.hosts].filter((host) => host !== own && host !== '')).toEqual([]);
    expect([...query.complaints, ...live.complaints]).toEqual([]);
  },
  90_000,
);
