import { GraphQLError } from 'graphql';

/** Complaints of graphql about a value that do not quote it. */
const valueless =
  /^(Field "[^"]*" (of required type "[^"]*" was not provided\.|is not defined by type "[^"]*"\.)|Expected (non-nullable )?type "[^"]*"( to be an object\.| not to be null\.|\.)?$)/;
const place = / at "([\w.[\]]+)"$/;

/**
 * A complaint about a variable without the values that graphql quotes in it: what people send is not to stand wherever
 * errors are written down. It still says which variable, where in it, and what is wrong.
 */
export function withoutValues(error: GraphQLError): GraphQLError {
  const { message, originalError } = error;
  const name = /^Variable "\$(\w+)" got invalid value /.exec(message)?.[1];
  if (name === undefined || originalError === undefined) return error;
  const detail = originalError.message;
  // What precedes the detail ends with the place, if there is one; quotes within values are escaped.
  const at = place.exec(message.slice(0, -`; ${detail}`.length))?.[1];
  const complaint = `Variable "$${name}" got invalid value${at ? ` at "${at}"` : ''}; ${shorten(detail)}`;
  // Apollo Server would find out the code by the words that are left out here.
  return new GraphQLError(complaint, { nodes: error.nodes, extensions: { code: 'BAD_USER_INPUT' } });
}

function shorten(detail: string): string {
  const known = valueless.exec(detail)?.[0];
  if (known) return known;
  const enumeration = /does not exist in ("\w+" enum)\./.exec(detail)?.[1];
  if (enumeration) return `Value does not exist in ${enumeration}.`;
  const kind = /^(\w+|Enum "\w+") cannot represent [\w -]+/.exec(detail)?.[0];
  return kind ? `${kind}.` : 'It is not of the expected type.';
}
