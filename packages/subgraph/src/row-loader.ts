import DataLoader from 'dataloader';

/**
 * A loader of rows by id for one request: N references cost one query, and an id without a row gives null.
 *
 * @param fetchByIds the rows that exist and that the caller may see, in any order
 * @param idOf the id of a row; its `id` when omitted
 */
export function rowLoader<Row extends object>(
  fetchByIds: (ids: readonly string[]) => Promise<Row[]>,
  idOf: (row: Row) => string = (row) => (row as { id: string }).id,
): DataLoader<string, Row | null> {
  return new DataLoader(async (ids) => {
    const rows = new Map((await fetchByIds(ids)).map((row) => [idOf(row), row]));
    return ids.map((id) => rows.get(id) ?? null);
  });
}
