const [quote, hash, newline, backslash] = ['"', '#', '\n', '\\'].map((each) => each.charCodeAt(0));
const opening = new Set(['{', '(', '['].map((each) => each.charCodeAt(0)));
const closing = new Set(['}', ')', ']'].map((each) => each.charCodeAt(0)));

/**
 * How many brackets of a document are open at once, those in texts and comments left out. It looks at each character once:
 * whatever reads a document goes a call deeper with every bracket, and must not be asked to when they are thousands.
 *
 * @see https://spec.graphql.org/draft/#sec-Language.Source-Text
 */
export function measureNesting(document: string): number {
  let open = 0;
  let deepest = 0;
  for (let index = 0; index < document.length; index++) {
    const code = document.charCodeAt(index);
    if (opening.has(code)) deepest = Math.max(deepest, ++open);
    else if (closing.has(code)) open--;
    else if (code === quote) index = endOfText(document, index);
    else if (code === hash) index = endOr(document, document.indexOf('\n', index));
  }
  return deepest;
}

/** Where a text that begins at `start` has its last character. */
function endOfText(document: string, start: number): number {
  if (document.startsWith('"""', start)) {
    let end = document.indexOf('"""', start + 3);
    while (end > 0 && document.charCodeAt(end - 1) === backslash) end = document.indexOf('"""', end + 3);
    return endOr(document, end < 0 ? end : end + 2);
  }
  for (let index = start + 1; index < document.length; index++) {
    const code = document.charCodeAt(index);
    if (code === backslash) index++;
    else if (code === quote || code === newline) return index;
  }
  return document.length;
}

function endOr(document: string, index: number): number {
  return index < 0 ? document.length : index;
}
