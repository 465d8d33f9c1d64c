import type { PartsSlot } from '../../defer/parts.ts';
import type { Difference } from './compare.ts';
import type { Part } from './oracle-parts.ts';

/** Reads what follows an answer, and checks that it says rightly whether more follows. */
export async function readParts({
  parts: coming,
}: PartsSlot): Promise<{ parts: Part[]; differences: Difference[] }> {
  const parts: Part[] = [];
  const differences: Difference[] = [];
  let hasNext = coming !== undefined;
  try {
    for await (const together of coming ?? []) {
      if (!hasNext) differences.push({ kind: 'hasNext', detail: 'false before the end' });
      if (together.incremental.length === 0) differences.push({ kind: 'hasNext', detail: 'nothing came' });
      ({ hasNext } = together);
      for (const { label = '', path, data, errors = [] } of together.incremental) {
        const own = errors.map((error) => ({ ...error.toJSON(), path: error.path?.slice(path.length) }));
        parts.push(JSON.parse(JSON.stringify({ label, path, data, errors: own })));
      }
    }
  } catch (error) {
    differences.push({ kind: 'part missing', detail: `threw ${(error as Error).stack}` });
  }
  if (hasNext) differences.push({ kind: 'hasNext', detail: 'true at the end' });
  return { parts, differences };
}
