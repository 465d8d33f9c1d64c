import { type ErrorOut, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { html, type Problem, page, problemSummary } from '../../pages/layout.ts';
import { sendPage } from './send.ts';

const path = '/oauth/device';

/** The pages by which people let a device in that cannot show them a page itself (RFC 8628). */
export const devicePages = {
  /** Asks for the code that the device shows. */
  userCodeInputSource(
    ctx: KoaContextWithOIDC,
    _form: string,
    _out?: ErrorOut,
    error?: Error & { userCode?: string },
  ) {
    const problems = error ? [problemOf(error)] : [];
    const isWrong = problems.length > 0;
    const code = error?.userCode ?? prefilledCode(ctx);
    const body = html`<h1>Let a device in</h1>
${problemSummary(problems)}
<form method="post" action="${path}" novalidate>
<input type="hidden" name="xsrf" value="${secretOf(ctx)}">
<label for="user_code">The code that the device shows</label>
<input id="user_code" name="user_code" class="code" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" required autofocus value="${code}"${isWrong && html` aria-invalid="true"`}>
<button type="submit">Continue</button>
</form>`;
    sendPage(ctx, page(isWrong ? 'Error: let a device in' : 'Let a device in', body));
  },

  /** Lets people compare the codes, so that nobody lets in the device of somebody else. */
  userCodeConfirmSource(
    ctx: KoaContextWithOIDC,
    _form: string,
    client: { clientName?: string; clientId: string },
    _device: unknown,
    userCode: string,
  ) {
    const name = client.clientName ?? client.clientId;
    const body = html`<h1>Is this the code on your device?</h1>
<p class="code">${userCode}</p>
<p>If you go on, <strong>${name}</strong> on that device asks to be let in. Stop if the code differs, or if somebody sent it to you.</p>
<form method="post" action="${path}">
<input type="hidden" name="xsrf" value="${secretOf(ctx)}">
<input type="hidden" name="user_code" value="${userCode}">
<button type="submit" name="confirm" value="yes">Yes, continue</button>
<button type="submit" name="abort" value="yes" class="second">No, stop</button>
</form>`;
    sendPage(ctx, page('Compare the code', body));
  },

  /** Says that the device goes on by itself. */
  successSource(ctx: KoaContextWithOIDC) {
    const body = html`<h1>The device has been let in</h1><p>Go on at the device. You can close this page.</p>`;
    sendPage(ctx, page('The device has been let in', body));
  },
};

/** The code in the address that a device shows as a picture; people see it before anything is done with it. */
function prefilledCode(ctx: KoaContextWithOIDC): string {
  return String(ctx.state.userCode ?? '');
}

function secretOf(ctx: KoaContextWithOIDC): string {
  return String((ctx.oidc.session?.state as { secret?: string } | undefined)?.secret ?? '');
}

const problems: Record<string, Problem> = {
  NoCodeError: { message: 'Enter the code that the device shows.', field: 'user_code' },
  NotFoundError: { message: 'There is no such code. Look at the device again.', field: 'user_code' },
  ExpiredError: { message: 'This code has expired. Let the device make another.', field: 'user_code' },
  AlreadyUsedError: {
    message: 'This code was used already. Let the device make another.',
    field: 'user_code',
  },
  AbortedError: { message: 'You have stopped this: the device was not let in.', field: null },
};

function problemOf(error: Error): Problem {
  if (error instanceof errors.SlowDown) return { message: error.error_description!, field: 'user_code' };
  return problems[error.name] ?? { message: 'This did not work. Try again.', field: 'user_code' };
}
