/** A node of a plan, as PostgreSQL gives it in JSON. */
interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Filter?: string;
  Plans?: PlanNode[];
}

/** A table that is read whole to find some of its rows. */
export interface ScannedTable {
  table: string;
  /** That are compared with a value, in the order in which they stand in the condition. */
  columns: string[];
}

/** `(column = $1)`, and what PostgreSQL makes of casts: `((column)::text = $1)`. */
const comparison =
  /(?<![\w"])\((?:\()?("(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)\)?(?:::[a-z ]+)? (?:=|<|>|<=|>=) (?:\$\d+|'|\d|ANY)/g;

/** The tables that a plan reads whole, by columns that an index could look up. */
export function scannedColumns(plan: unknown): ScannedTable[] {
  const node = plan as PlanNode;
  const below = (node.Plans ?? []).flatMap(scannedColumns);
  const { Filter: filter, 'Relation Name': table } = node;
  if (node['Node Type'] !== 'Seq Scan' || !table || !filter || filter.includes(' OR ')) return below;
  const columns = [...new Set([...filter.matchAll(comparison)].map(([, column]) => column!))].slice(0, 3);
  return columns.length > 0 ? [{ table, columns }, ...below] : below;
}
