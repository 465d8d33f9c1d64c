import { Problems } from '../execution/problems.ts';
import type { Run } from '../execution/run.ts';
import type { Introspection } from '../shape/compile-writer.ts';
import { RawJson } from '../shape/raw-json.ts';
import type { Block, StartedBlocks } from './blocks.ts';
import type { Answered, FindInstances, Instance } from './instances.ts';
import type { Part, Parts } from './parts.ts';
import type { ShapedPart, ShapePart } from './shape-part.ts';
import type { Site } from './sites.ts';

/** A site, compiled. */
export interface CompiledSite {
  shape: ShapePart;
  findInside: FindInstances;
}

export interface Delivery {
  run: Run;
  blocks: StartedBlocks;
  compiled(site: Site): CompiledSite;
  introspection: Introspection;
}

/** A site that has objects, and waits for what it fetches. */
interface Pending {
  instances: readonly Instance[];
  /** Of what the site is inside of. */
  around: Problems;
  own: readonly Block[];
}

/**
 * Gives the parts that follow an answer, those together that are ready together. A part comes after the one that it is
 * inside of; for an object that has become null there is none.
 *
 * @param first the parts directly inside of what has been answered; at least one
 */
export async function* deliver(
  delivery: Delivery,
  first: ReadonlyMap<Site, readonly Instance[]>,
): AsyncGenerator<Parts, void> {
  const pending = new Map<Site, Pending>();
  const ready = new Set<Site>();
  let wake: () => void = () => undefined;
  let fault: { error: unknown } | undefined;

  function expect(found: ReadonlyMap<Site, readonly Instance[]>, around: Problems): void {
    for (const [site, instances] of found) {
      const own = [...new Set(site.planned.flatMap((label) => delivery.blocks.deferred.get(label) ?? []))];
      pending.set(site, { instances, around, own });
      Promise.all(own.map(({ done }) => done)).then(
        () => {
          ready.add(site);
          wake();
        },
        (error: unknown) => {
          fault = { error };
          wake();
        },
      );
    }
  }

  function take(site: Site): Part[] {
    const { instances, around, own } = pending.get(site)!;
    pending.delete(site);
    ready.delete(site);
    const problems = new Problems([around]);
    for (const block of own) problems.add(block.problems);
    const { shape, findInside } = delivery.compiled(site);
    const { run, introspection } = delivery;
    const parts = shape({ data: run.data, instances, problems, introspection });
    expect(findInside(parts.flatMap(toAnswered)), problems);
    return parts.map(({ instance, data, errors }) => ({
      data,
      path: instance.path,
      ...(site.label !== undefined && { label: site.label }),
      ...(errors.length > 0 && { errors }),
    }));
  }

  expect(first, delivery.blocks.primary.problems);
  while (pending.size > 0) {
    if (ready.size === 0 && !fault) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (fault) throw fault.error;
    const incremental = [...pending.keys()].filter((site) => ready.has(site)).flatMap(take);
    yield { incremental, hasNext: pending.size > 0 };
  }
}

function toAnswered({ instance, data }: ShapedPart): Answered[] {
  if (data === null) return [];
  return [data instanceof RawJson ? instance : { ...instance, completed: data }];
}
