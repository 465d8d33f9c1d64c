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

/**
 * A loader of the rows that belong to each of many: N lists cost one query, and who has none gets an empty list. It batches
 * and remembers nothing, so what a mutation has written is read by the field that follows.
 *
 * @param fetchByOwners the rows of all of them that the caller may see, in the order that each list is to have
 * @param ownerOf to whom a row belongs
 */
export function rowsLoader<Row extends object>(
  fetchByOwners: (owners: string[]) => Promise<Row[]>,
  ownerOf: (row: Row) => string,
): DataLoader<string, Row[]> {
  return new DataLoader(
    async (owners) => {
      const rows = Map.groupBy(await fetchByOwners([...new Set(owners)]), ownerOf);
      return owners.map((owner) => rows.get(owner) ?? []);
    },
    { cache: false },
  );
}
