import type { IncomingMessage, ServerResponse } from 'node:http';
import { hostName, isLoopbackHost } from '@kronos/service';
import { listPage, mailPage, notFoundPage } from './pages.ts';
import type { ReceivedMail } from './received-mail.ts';

const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** Of the mail nothing runs, is fetched or sent; its links open in a window of their own. */
const mailPolicy =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

interface Page {
  status: number;
  type: string;
  body: string;
  policy: string;
}

/** Answers a request for the mailbox: its list, one mail, the HTML of one, or all of it for programs. */
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  mails: readonly ReceivedMail[],
): void {
  // Another site could give its own name this machine's address, and read the mail through a browser (DNS rebinding).
  const isForeign = !isLoopbackHost(hostName(request.headers.host ?? ''));
  const { status, type, body, policy } = isForeign ? misdirected : find(request.url ?? '/', mails);
  response
    .writeHead(status, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    .end(body);
}

const misdirected: Page = { status: 421, type: 'text/plain', body: 'Call it localhost.', policy: pagePolicy };

function find(url: string, mails: readonly ReceivedMail[]): Page {
  const [pathname = '/', query] = url.split('?');
  if (pathname === '/') return page(listPage(mails));
  if (pathname === '/mails.json') return list(new URLSearchParams(query).get('to'), mails);
  const [, id, isBody] = /^\/mails\/(\d+)(\/body)?$/.exec(pathname) ?? [];
  const mail = mails.find((candidate) => candidate.id === Number(id));
  if (!mail) return { ...page(notFoundPage), status: 404 };
  if (!isBody) return page(mailPage(mail));
  return { ...page(`<base target="_blank">${mail.html ?? ''}`), policy: mailPolicy };
}

function list(to: string | null, mails: readonly ReceivedMail[]): Page {
  const isTo = (address: string) => address.toLowerCase() === to?.toLowerCase();
  const found = to === null ? mails : mails.filter((mail) => mail.to.some(isTo));
  return { ...page(JSON.stringify(found)), type: 'application/json' };
}

function page(body: string): Page {
  return { status: 200, type: 'text/html', body, policy: pagePolicy };
}
