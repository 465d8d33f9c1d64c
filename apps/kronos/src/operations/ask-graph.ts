import { StartError } from '@kronos/service/run-service';

/** Sends an operation to the graph and gives its data. */
export type AskGraph = <Data>(document: string, variables: Record<string, unknown>) => Promise<Data>;

interface Answer {
  data?: unknown;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** The asking fails with a StartError that says what to do. */
export function createAskGraph({ url, token }: { url: string; token: string | undefined }): AskGraph {
  return async <Data>(query: string, variables: Record<string, unknown>) => {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (token) headers.authorization = `Bearer ${token}`;
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables }),
    }).catch((error: Error & { cause?: Error }) => {
      throw new StartError(`The graph at ${url} cannot be reached: ${error.cause?.message ?? error.message}`);
    });
    const { data, errors } = await readAnswer(answer, url);
    const [error] = errors ?? [];
    if (error) throw new StartError(sentenceOf(error));
    return data as Data;
  };
}

async function readAnswer(answer: Response, url: string): Promise<Answer> {
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new StartError(`What answers at ${url} is no graph: it said ${answer.status}.`);
  }
}

function sentenceOf({ message, extensions }: NonNullable<Answer['errors']>[number]): string {
  const code = extensions?.code;
  const sentence = `${message} (${code})`;
  return code === 'UNAUTHENTICATED'
    ? `${sentence} Give a valid token with --token or KRONOS_TOKEN.`
    : sentence;
}
