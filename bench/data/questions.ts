/** A page of a person's projects, with the number of all or without it. */
export interface Question {
  title: string;
  isCounted: boolean;
}

export const questions: readonly Question[] = [
  { title: 'a page of 20 rows with the number of all', isCounted: true },
  { title: 'a page of 20 rows alone', isCounted: false },
];

const [status, page, limit] = ['active', 1, 20];

/** One request to each side, for the same rows. */
export interface Asked {
  userId: string;
  until: string;
}

/** The body for the database domain. */
export function toDataQuery({ isCounted }: Question, { userId, until }: Asked): string {
  return JSON.stringify({
    query: `query ($input: DataQueryInput!) { dataQuery(input: $input) { rows${isCounted ? ' pagination { total }' : ''} } }`,
    variables: {
      input: {
        table: 'projects',
        filters: { user_id: userId, status, created_at: { lte: until } },
        pagination: { page, limit },
      },
    },
  });
}

/** The body for the subgraph that has nothing but Prisma. */
export function toPrisma({ isCounted }: Question, { userId, until }: Asked): string {
  return JSON.stringify({
    query: `query ($userId: String!, $status: String!, $until: DateTime!, $page: Int!, $limit: Int!) {
      projects(userId: $userId, status: $status, until: $until, page: $page, limit: $limit) { rows${isCounted ? ' total' : ''} }
    }`,
    variables: { userId, status, until, page, limit },
  });
}

/**
 * What an answer of either side says.
 *
 * @throws Error when it is not a whole page
 */
export function foundIn(answer: string): { rows: unknown[]; total?: number } {
  const { data } = JSON.parse(answer);
  const { rows, total, pagination } = data?.dataQuery ?? data?.projects ?? {};
  if (rows?.length !== limit) throw new Error(`No page of ${limit} rows: ${answer.slice(0, 500)}`);
  return { rows, total: total ?? pagination?.total };
}
