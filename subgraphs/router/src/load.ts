import { tryDecodeId } from '@kronos/subgraph';
import type DataLoader from 'dataloader';

/** The row that an id of a client names; null when there is none, or it is no id of this type. */
export async function load<Row>(
  loader: DataLoader<string, Row | null>,
  prefix: string,
  id: string,
): Promise<Row | null> {
  const uuid = tryDecodeId(prefix, id);
  return uuid ? loader.load(uuid) : null;
}
