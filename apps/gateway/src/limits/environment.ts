import { z } from 'zod';

const expectedCount = 'expected a whole number above 0';
const count = () => z.coerce.number(expectedCount).int(expectedCount).positive(expectedCount);

/** How large requests and operations may be, and what they may cost. */
export const limitsEnvironment = {
  KRONOS_MAX_BODY_BYTES: count().default(1 << 20),
  KRONOS_MAX_TOKENS: count().default(15_000),
  KRONOS_MAX_DEPTH: count().default(30),
  KRONOS_MAX_ALIASES: count().default(200),
  KRONOS_MAX_ROOT_FIELDS: count().default(50),
  KRONOS_MAX_DIRECTIVES: count().default(200),
  KRONOS_MAX_DEFERRED: count().default(100),
  /** Brackets of a document that are open at once. */
  KRONOS_MAX_NESTING: count().default(200),
  /** Selections of a document, and pairs of them that must agree. */
  KRONOS_MAX_COMPARISONS: count().default(100_000),
  /** Items of a list in the variables, or written in the document. */
  KRONOS_MAX_LIST_INPUT: count().default(1_000),
  /** Levels of lists and objects in the variables. */
  KRONOS_MAX_INPUT_DEPTH: count().default(50),
  /** Items that a slicing argument may ask for. */
  KRONOS_MAX_LIST_SIZE: count().default(1_000),
  /** Items of a list of which neither the graph nor the operation says how long it is. */
  KRONOS_LIST_SIZE_ASSUMED: count().default(10),
  /** Unset: 10000 where the graph says anything of costs, no limit elsewhere, where estimates are guesses. */
  KRONOS_MAX_COST: count().optional(),
  /** Whether answers say what they cost. */
  KRONOS_COST_EXTENSION: z.stringbool('expected true or false').default(true),
};
