import type { CursorStore } from './cursor-store.ts';

/** How far a subscription has been handled. */
export interface Position {
  /** Where the next connection goes on; undefined is from now on. */
  readonly cursor: string | undefined;
  /** Moves on, and keeps it; undefined leaves it where it is. */
  advance(cursor: string | undefined): Promise<void>;
}

/** Takes up the position that was kept, or else begins after `from`. */
export async function loadPosition(
  store: CursorStore | undefined,
  from: string | undefined,
): Promise<Position> {
  let saved = await store?.load?.();
  let cursor = saved ?? from;
  return {
    get cursor() {
      return cursor;
    },
    async advance(next) {
      cursor = next ?? cursor;
      if (cursor === undefined || cursor === saved) return;
      await store?.save(cursor);
      saved = cursor;
    },
  };
}
