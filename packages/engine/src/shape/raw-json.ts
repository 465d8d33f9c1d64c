const before = '{"data":';

/**
 * Data that is JSON text already: written straight from what subgraphs sent, without an object tree in between.
 * `stringifyAnswer` puts the text into the response as it is; anything else that serialises it gets the same data.
 */
export class RawJson {
  /** An answer that is this data and nothing else. */
  readonly answer: string;

  /** @param text of the data */
  constructor(text: string) {
    this.answer = flattened(`${before}${text}}`);
  }

  /** The data's own. */
  get text(): string {
    return this.answer.slice(before.length, -1);
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** An answer as JSON; for Apollo Server's `stringifyResult`. */
export function stringifyAnswer(answer: { data?: unknown }): string {
  if (!(answer.data instanceof RawJson)) return JSON.stringify(answer);
  const { data, ...rest } = answer;
  const others = JSON.stringify(rest);
  return others === '{}' ? data.answer : `${others.slice(0, -1)},"data":${data.text}}`;
}

/**
 * The same text in one piece. V8 keeps what was concatenated as a tree of its pieces until somebody looks inside; while
 * the answer waits its turn, each run of the garbage collector would copy that tree, some ten times the text's size.
 */
function flattened(text: string): string {
  text.charCodeAt(0);
  return text;
}
