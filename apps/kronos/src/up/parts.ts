import { type Part, type PartDefinition, type Surroundings, startPart } from '../processes/part.ts';

// Whoever uses another part ends before it does.
const stopOrder = ['gateway', 'subgraphs', 'graph', 'redis', 'postgres'];

/** The parts of one system. */
export interface Parts {
  start(definition: PartDefinition): Promise<void>;
  /** Restarts a part that runs. */
  restart(name: string): Promise<void>;
  /** Stops every part in order; those whose start is under way end it first. */
  stopAll(): Promise<void>;
}

/** Starts parts in any order, side by side if need be, and stops them in the one that is right. */
export function createParts(surroundings: Surroundings): Parts {
  const parts = new Map<string, Promise<Part>>();
  return {
    async start(definition) {
      const part = startPart(definition, surroundings);
      parts.set(definition.name, part);
      await part;
    },
    async restart(name) {
      const part = await parts.get(name);
      await part?.restart();
    },
    async stopAll() {
      for (const name of stopOrder) {
        const part = await parts.get(name)?.catch(() => null);
        await part?.stop();
      }
    },
  };
}
