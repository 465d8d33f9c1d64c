/** A mail that is written and not yet sent. */
export interface Letter {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** What a letter says. All of it is plain text. */
export interface LetterOptions {
  to: string;
  subject: string;
  /** What stands before the link. */
  paragraphs: readonly string[];
  /** What the reader is to open, and what that does. */
  action?: { label: string; url: string };
  /** What stands after the link: what to do when one has not asked for it. */
  closing?: readonly string[];
}

/**
 * Writes a letter as text and as HTML, which say the same. The HTML has neither script nor image, and nothing that is fetched
 * when it is opened, so that reading it tells nobody anything.
 */
export function writeLetter({ to, subject, paragraphs, action, closing = [] }: LetterOptions): Letter {
  const text = [...paragraphs, ...(action ? [`${action.label}:\n${action.url}`] : []), ...closing].join(
    '\n\n',
  );
  const body = [
    ...paragraphs.map(paragraph),
    ...(action ? [link(action), paragraph(action.url)] : []),
    ...closing.map(paragraph),
  ];
  return { to, subject, text: `${text}\n`, html: page(subject, body.join('\n')) };
}

function paragraph(text: string): string {
  return `<p style="margin:0 0 16px;overflow-wrap:anywhere">${escapeHtml(text)}</p>`;
}

function link({ label, url }: { label: string; url: string }): string {
  return `<p style="margin:0 0 16px"><a href="${escapeHtml(url)}" style="display:inline-block;padding:12px 20px;background:#1d4ed8;color:#ffffff;text-decoration:none;border-radius:6px">${escapeHtml(label)}</a></p>`;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 sans-serif;color:#111827;background:#ffffff">
<main style="max-width:560px">
<h1 style="margin:0 0 16px;font-size:20px">${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it stands in HTML, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] as string);
}
