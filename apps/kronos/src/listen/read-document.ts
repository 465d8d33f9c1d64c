import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { StartError } from '@kronos/service/run-service';
import { parse } from 'graphql';

/**
 * The operation that somebody means on the command line.
 *
 * @param argument a document, the path of a file that holds one, or `-` for standard input
 * @throws StartError when there is no GraphQL document in it
 */
export async function readDocument(argument: string): Promise<string> {
  if (argument === '-') return checked(await text(process.stdin), 'What came on standard input is no');
  const ofFile = await readFile(argument, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // A document is no good file name, and may be a longer one than there can be.
    if (error.code === 'ENOENT' || error.code === 'ENAMETOOLONG' || error.code === 'ENOTDIR')
      return undefined;
    throw new StartError(`${argument} cannot be read: ${error.message}.`);
  });
  if (ofFile !== undefined) return checked(ofFile, `${argument} holds no`);
  return checked(argument, `${JSON.stringify(argument)} is neither a file nor a`);
}

function checked(document: string, what: string): string {
  try {
    parse(document, { noLocation: true });
    return document;
  } catch (error) {
    throw new StartError(`${what} GraphQL document: ${(error as Error).message}`);
  }
}
