/**
 * Data that is JSON text already: written straight from what subgraphs sent, without an object tree in between.
 * `stringifyAnswer` puts the text into the response as it is; anything else that serialises it gets the same data.
 */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/**
 * An answer as JSON; for Apollo Server's `stringifyResult`. To be called as soon as the answer is whole: its data may still
 * be a tree of pieces.
 */
export function stringifyAnswer(answer: { data?: unknown; errors?: unknown }): string {
  if (!(answer.data instanceof RawJson)) return JSON.stringify(answer);
  const { data, errors, ...rest } = answer;
  const before = errors ? `"errors":${JSON.stringify(errors)},` : '';
  const after = JSON.stringify(rest);
  return flattened(`{${before}"data":${data.text}${after === '{}' ? '' : `,${after.slice(1, -1)}`}}`);
}

/**
 * The same text in one piece. V8 keeps what was concatenated as a tree of its pieces until somebody looks inside; while
 * the answer waits its turn, each run of the garbage collector would copy that tree, some ten times the text's size.
 */
function flattened(text: string): string {
  text.charCodeAt(0);
  return text;
}
