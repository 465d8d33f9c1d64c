import { html, page, problemSummary } from '../pages/layout.ts';
import type { AccountAction } from './actions.ts';

/**
 * Says what is about to happen, and asks whether it may.
 *
 * @param form.path where the form is sent: without the token, which is in the form
 * @param form.faults what is wrong with the new password
 */
export function askPage(
  action: AccountAction,
  form: { path: string; token: string; faults: readonly string[] },
): string {
  const isWrong = form.faults.length > 0;
  const problems = form.faults.map((message) => ({ message, field: passwordField }));
  return page(
    isWrong ? `Error: ${action.title}` : action.title,
    html`<h1>${action.title}</h1>
${problemSummary(problems)}
<p>${action.text}</p>
<form method="post" action="${form.path}" novalidate>
<input type="hidden" name="token" value="${form.token}">
${action.asksPassword && passwordInput(form.faults)}
<button type="submit"${!action.asksPassword && html` autofocus`}>${action.button}</button>
</form>
<p>You have not asked for this? Then close this page: nothing will change.</p>`,
  );
}

const passwordField = 'newPassword';

function passwordInput(faults: readonly string[]) {
  const isWrong = faults.length > 0;
  // No `maxlength`: browsers cut off what is longer, and nobody sees that.
  return html`<label for="${passwordField}">New password</label>
<p id="hint">At least 12 characters. Several words that do not belong together are good.</p>
${faults.map((fault) => html`<p id="fault" class="fault">${fault}</p>`)}
<input id="${passwordField}" name="${passwordField}" type="password" autocomplete="new-password" required autofocus aria-describedby="${isWrong ? 'fault hint' : 'hint'}"${isWrong && html` aria-invalid="true"`}>`;
}

/** Says that it has happened. */
export function donePage({ done }: AccountAction): string {
  return page(done.title, html`<h1>${done.title}</h1><p>${done.text}</p>`);
}

/** Says why it could not happen, and what to do. */
export function refusalPage({ title, advice }: AccountAction, reasons: readonly string[]): string {
  return page(
    `Error: ${title}`,
    html`<h1>This did not work</h1>
${problemSummary(reasons.map((message) => ({ message, field: null })))}
<p>${advice}</p>`,
  );
}

/** Says that it may work later. */
export function awayPage(): string {
  return page(
    'Try again in a moment',
    html`<h1>Try again in a moment</h1><p>Nothing was changed. Open the link of the letter again in a minute.</p>`,
  );
}
