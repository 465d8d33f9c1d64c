/** What a statement of SQL consists of, as far as it matters for whether it is let through. */
export interface SqlWords {
  /** The first word, in capitals. */
  verb: string;
  /** Names that stand before a parenthesis or in quotes, as PostgreSQL knows them: what can be functions. */
  callable: Set<string>;
  /** Whether there is an identifier written by escapes (`U&"…"`), whose name is not looked for. */
  hasEscapedNames: boolean;
}

// As PostgreSQL's scanner takes them (https://www.postgresql.org/docs/18/sql-syntax-lexical.html). What follows an
// opening that never closes is one token to the end.
const token = new RegExp(
  [
    String.raw`(?<space>\s+|--[^\n\r]*)`,
    String.raw`(?<comment>/\*)`,
    '(?<escaped>[uU]&"(?:[^"]|"")*"?)',
    // One that goes on after the end of a line goes on by the same rules.
    String.raw`(?<text>[eE]'(?:[^'\\]|\\[\s\S]|'')*'?(?:(?:\s|--[^\n\r]*(?=[\n\r]))*'(?:[^'\\]|\\[\s\S]|'')*'?)*|(?:[uU]&|[bBxXnN])?'(?:[^']|'')*'?)`,
    String.raw`(?<dollar>\$(?<tag>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)`,
    '(?<quoted>"(?:[^"]|"")*"?)',
    String.raw`(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`(?<parameter>\$\d+)`,
    String.raw`(?<number>\d[\w.]*)`,
    String.raw`(?<other>[\s\S])`,
  ].join('|'),
  'y',
);

/** Takes a statement apart. */
export function wordsOfSql(sql: string): SqlWords {
  const callable = new Set<string>();
  let verb = '';
  let last: string | undefined;
  let hasEscapedNames = false;
  for (let at = 0; at < sql.length; ) {
    token.lastIndex = at;
    const match = token.exec(sql)!;
    const { space, comment, escaped, dollar, quoted, word } = match.groups!;
    at = token.lastIndex;
    if (space !== undefined) continue;
    if (comment !== undefined) {
      at = endOfComment(sql, at);
      continue;
    }
    if (dollar !== undefined) {
      const end = sql.indexOf(dollar, at);
      at = end < 0 ? sql.length : end + dollar.length;
    }
    if (match[0] === '(' && last !== undefined) callable.add(last);
    last = undefined;
    if (escaped !== undefined) hasEscapedNames = true;
    if (quoted !== undefined) callable.add(quoted.replace(/^"|"$/g, '').replaceAll('""', '"'));
    if (word !== undefined) {
      verb ||= word.toUpperCase();
      last = word.toLowerCase();
    }
  }
  return { verb, callable, hasEscapedNames };
}

/** Comments nest. */
function endOfComment(sql: string, start: number): number {
  let depth = 1;
  let at = start;
  while (at < sql.length && depth > 0) {
    const two = sql.slice(at, at + 2);
    if (two === '/*') depth += 1;
    if (two === '*/') depth -= 1;
    at += two === '/*' || two === '*/' ? 2 : 1;
  }
  return at;
}
