import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { inject } from 'vitest';
import { type Process, processes } from '../../kit/processes.ts';

/** Where the gateway of the system under attack answers, by its address: a name could be looked up otherwise. */
export const url = inject('kronosUrl').replace('//localhost:', '//127.0.0.1:');
export const origin = new URL(url).origin;

/** What `run.json` of the running system says, as far as attacks need it. */
interface RunFile {
  /** The database of each domain, with its password. */
  databaseUrls: Record<string, string>;
  redisUrl: string;
  /** The port of each subgraph. */
  subgraphPorts: Record<string, number>;
}

/** Where the parts of the system are that nobody outside is meant to reach. */
export function readRunFile(): RunFile {
  return readJson('run.json');
}

/** The key that only the gateway has: attacks sign with it what the gateway never would. */
export function readInternalKey(): JWK {
  return readJson('internal-key.json');
}

/** The keys under which secrets lie sealed, as text. */
export function readMasterKeys(): string {
  return readText('master-keys');
}

/** The processes that the supervisor has started; one that died would come back with another id. */
export function parts(): Process[] {
  const supervisor = inject('kronosPid');
  return processes()
    .filter(({ parent }) => parent === supervisor)
    .map(({ pid, parent, command }) => ({ pid, parent, command: command.split(' ')[0]! }));
}

function readJson<Content>(file: string): Content {
  return JSON.parse(readText(file));
}

function readText(file: string): string {
  return readFileSync(join(inject('kronosHome'), file), 'utf8');
}
