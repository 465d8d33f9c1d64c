import { type GraphQLOutputType, isNonNullType } from 'graphql';
import { irregular, type WriteValue } from './compile-writer.ts';
import { quote } from './quote.ts';

/** A member of an object in the answer: a constant, or the value of a key of the data. */
export type Member =
  | { key: string; constant: string }
  | { key: string; dataKey: string; type?: GraphQLOutputType; write: WriteValue };

/**
 * Generates the function that writes an object with these members: one expression, with the checks of the commonest types
 * in place. That is what makes it several times faster than a loop over members.
 */
export function compileObjectWriter(members: readonly Member[]): WriteValue {
  const writers: WriteValue[] = [];
  let text = '{';
  let expression = '';
  let declarations = '';

  for (const [index, member] of members.entries()) {
    text += `${index === 0 ? '' : ','}${JSON.stringify(member.key)}:`;
    if ('constant' in member) {
      text += member.constant;
      continue;
    }
    declarations += `const v${index} = o[${JSON.stringify(member.dataKey)}];\n`;
    const call = `w[${writers.push(member.write) - 1}](v${index}, c)`;
    expression += `${JSON.stringify(text)} + (${inPlace(member.type, `v${index}`, call)}) + `;
    text = '';
  }
  expression += JSON.stringify(`${text}}`);
  const source = `return function write(o, c) {
if (typeof o !== 'object' || Array.isArray(o)) throw irregular;
${declarations}return ${expression};
}`;
  // Names come from a validated operation and are quoted as JSON; values are never part of the source.
  return new Function('w', 'quote', 'irregular', source)(writers, quote, irregular);
}

/** The expression for a value of one of the types whose check is a comparison. */
function inPlace(type: GraphQLOutputType | undefined, value: string, call: string): string {
  switch (String(isNonNullType(type) ? type.ofType : type)) {
    case 'String':
    case 'ID':
      return `typeof ${value} === 'string' ? quote(${value}) : ${call}`;
    case 'Int':
      return `(${value} | 0) === ${value} ? ${value} : ${call}`;
    case 'Float':
      return `typeof ${value} === 'number' && isFinite(${value}) ? ${value} : ${call}`;
    default:
      return call;
  }
}
