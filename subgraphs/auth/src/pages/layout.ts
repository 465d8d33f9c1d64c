import { createHash } from 'node:crypto';

/** A piece of HTML; whatever is put into the template `html` and is not one is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | undefined | false | readonly Html[];

/** HTML from a template, safe by default. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(
    texts.map((text, index) => text + (index < parts.length ? render(parts[index]) : '')).join(''),
  );
}

function render(part: Part): string {
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(render).join('');
  if (part === null || part === undefined || part === false) return '';
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

// All pairs of colours have a contrast of 7 to 1 and more (WCAG 2.2, AAA).
const style = `
  :root { color-scheme: light dark; --ink: #1a1a1a; --paper: #ffffff; --line: #595959; --accent: #0b3d91; --on-accent: #ffffff; --alarm: #8b0000; }
  @media (prefers-color-scheme: dark) { :root { --ink: #f2f2f2; --paper: #121212; --line: #b3b3b3; --accent: #a8c7ff; --on-accent: #0a1a33; --alarm: #ffb3b3; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
  main { max-width: 26rem; margin: 0 auto; padding: 2rem 1rem; }
  h1 { font-size: 1.5rem; line-height: 1.25; }
  label { display: block; margin-top: 1rem; font-weight: 600; }
  input { width: 100%; padding: .625rem; border: 2px solid var(--line); border-radius: .25rem; background: var(--paper); color: var(--ink); font: inherit; }
  input[aria-invalid=true] { border-color: var(--alarm); }
  button { width: 100%; margin-top: 1rem; padding: .625rem; border: 2px solid var(--accent); border-radius: .25rem; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer; }
  button.second { background: var(--paper); color: var(--accent); }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
  .problem { border: 2px solid var(--alarm); border-radius: .25rem; padding: .5rem 1rem; }
  .problem h2 { font-size: 1.125rem; margin: .25rem 0; color: var(--alarm); }
  .problem a { color: var(--alarm); }
  .fault { margin: .25rem 0 0; color: var(--alarm); font-weight: 600; }
  .code { font: 600 1.75rem/1.5 ui-monospace, monospace; letter-spacing: .1em; }
  dt { font-weight: 600; } dd { margin: 0 0 .5rem; overflow-wrap: anywhere; }
`;
const styleHash = createHash('sha256').update(style).digest('base64');

/** A page as text. It has no script at all. */
export function page(title: string, body: Html): string {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} – Kronos</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.text;
}

/**
 * The headers of a page: nothing but its own style is loaded, nobody frames it, and it is kept nowhere.
 *
 * @param next where the page's form leads in the end, beside here: browsers take a redirect after a form for part of it
 */
export function pageHeaders(next?: string): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [
      "default-src 'none'",
      `style-src 'sha256-${styleHash}'`,
      "script-src 'none'",
      ["form-action 'self'", ...sourceOf(next)].join(' '),
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
  };
}

/** What a Content-Security-Policy calls an address by: its origin, or its scheme when it is an application's own. */
function sourceOf(address: string | undefined): string[] {
  const url = address ? URL.parse(address) : null;
  if (!url) return [];
  return [url.origin === 'null' ? url.protocol : url.origin];
}

/** One thing that is wrong, and the field to mend it in. */
export interface Problem {
  message: string;
  /** The id of the field; null for none in particular. */
  field: string | null;
}

/** What is wrong, at the top of the page, where screen readers say it at once and links lead to the fields. */
export function problemSummary(problems: readonly Problem[]): Html {
  if (problems.length === 0) return html``;
  const items = problems.map(({ message, field }) =>
    field ? html`<li><a href="#${field}">${message}</a></li>` : html`<li>${message}</li>`,
  );
  return html`<div class="problem" role="alert" aria-labelledby="problem"><h2 id="problem">There is a problem</h2><ul>${items}</ul></div>`;
}
