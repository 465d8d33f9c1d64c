import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventName, EventPayload } from './catalogue/index.ts';
import { entityTags } from './entity-tags.ts';

const noted = new AsyncLocalStorage<Set<string>>();

/**
 * Runs something, and tells of which entities it has written events: their tags, as `entityTags` names them. It may be more
 * than was committed.
 */
export async function changesDuring<Result>(
  run: () => Promise<Result>,
): Promise<{ result: Result; changes: string[] }> {
  const changes = new Set<string>();
  const result = await noted.run(changes, run);
  return { result, changes: [...changes] };
}

/** Notes that an event is written, for whoever wants to know. */
export function noteChange<Name extends EventName>(payload: EventPayload<Name>): void {
  const changes = noted.getStore();
  if (!changes) return;
  for (const tag of entityTags(payload)) changes.add(tag);
}
