import { html, type Problem, page, problemSummary } from '../../pages/layout.ts';

/** What the page for the second factor shows. */
export interface SecondFactorPage {
  clientName: string;
  csrf: string;
  /** The challenge that the right password has led to. */
  challenge: string;
  problems: readonly Problem[];
}

/** Asks for the second factor. A passkey would need a script, so it is a code: of the authenticator, or one for recovery. */
export function secondFactorPage({ clientName, csrf, challenge, problems }: SecondFactorPage): string {
  const isWrong = problems.length > 0;
  return page(
    isWrong ? 'Error: second factor' : 'Second factor',
    html`<h1>One more step to go on to ${clientName}</h1>
${problemSummary(problems)}
<form method="post" novalidate>
<input type="hidden" name="csrf" value="${csrf}">
<input type="hidden" name="challenge" value="${challenge}">
<label for="code">The code of your authenticator, or a recovery code</label>
<input id="code" name="code" class="code" autocomplete="one-time-code" spellcheck="false" maxlength="64" required autofocus${isWrong && html` aria-invalid="true"`}>
<button type="submit" name="action" value="prove">Continue</button>
<button type="submit" name="action" value="cancel" class="second" formnovalidate>Cancel</button>
</form>`,
  );
}
