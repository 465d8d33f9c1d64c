import { escapeHtml } from '../letter.ts';
import type { ReceivedMail } from './received-mail.ts';

/** All mails, the newest first; it looks again every five seconds. */
export function listPage(mails: readonly ReceivedMail[]): string {
  const rows = mails.map(
    ({ id, to, subject, date }) =>
      `<tr><td><a href="/mails/${id}">${escapeHtml(subject || '(no subject)')}</a></td><td>${escapeHtml(to.join(', '))}</td><td>${date.toISOString()}</td></tr>`,
  );
  const table = `<table><thead><tr><th scope="col">Subject</th><th scope="col">To</th><th scope="col">Sent</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
  return page(
    'Mailbox',
    mails.length > 0 ? table : '<p>No mail has come yet.</p>',
    '<meta http-equiv="refresh" content="5">',
  );
}

/** One mail: its head, its text, and its HTML in a frame in which nothing runs. */
export function mailPage(mail: ReceivedMail): string {
  const head = `<dl><dt>From</dt><dd>${escapeHtml(mail.from)}</dd><dt>To</dt><dd>${escapeHtml(mail.to.join(', '))}</dd><dt>Sent</dt><dd>${mail.date.toISOString()}</dd></dl>`;
  const html = mail.html
    ? `<h2>HTML</h2><iframe title="The mail as HTML" src="/mails/${mail.id}/body"></iframe>`
    : '';
  return page(
    mail.subject || '(no subject)',
    `<p><a href="/">All mails</a></p>${head}<h2>Text</h2><pre>${linked(mail.text)}</pre>${html}`,
  );
}

export const notFoundPage = page('Mailbox', '<p>There is no such mail. <a href="/">All mails</a></p>');

function linked(text: string): string {
  return escapeHtml(text).replaceAll(
    /https?:\/\/[^\s<]+/g,
    (url) => `<a href="${url}" target="_blank" rel="noopener noreferrer">${url}</a>`,
  );
}

function page(title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .4rem; border-bottom: 1px solid #8884; text-align: left; overflow-wrap: anywhere; }
dt { font-weight: bold; } dd { margin: 0 0 .4rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
iframe { width: 100%; height: 30rem; border: 1px solid #8884; background: #fff; }
</style></head>
<body><main><h1>${escapeHtml(title)}</h1>
${body}
</main></body>
</html>
`;
}
