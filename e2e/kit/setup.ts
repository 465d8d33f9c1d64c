import type { TestProject } from 'vitest/node';
import './client.ts';
import { prepareHome, startKronos } from './kronos.ts';

/** The system that the stories share; those which break something start one of their own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const removeHome = await prepareHome();
  // The stories send thousands of requests from one address; those on quotas start gateways of their own.
  const kronos = await startKronos({ environment: { KRONOS_QUOTAS: 'false' } });
  project.provide('kronosUrl', kronos.url);
  project.provide('kronosAdministrator', kronos.administrator);
  project.provide('kronosHome', kronos.home);
  project.provide('kronosPid', kronos.process.pid!);
  return async () => {
    await kronos[Symbol.asyncDispose]();
    removeHome();
  };
}
