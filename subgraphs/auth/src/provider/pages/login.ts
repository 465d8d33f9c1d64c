import { html, type Problem, page, problemSummary } from '../../pages/layout.ts';

/** What the login page shows. */
export interface LoginPage {
  /** Whom people log in for. */
  clientName: string;
  csrf: string;
  email: string;
  problems: readonly Problem[];
}

/** Asks for address and password. */
export function loginPage({ clientName, csrf, email, problems }: LoginPage): string {
  const isWrong = problems.length > 0;
  const invalid = isWrong && html` aria-invalid="true"`;
  return page(
    isWrong ? 'Error: log in' : 'Log in',
    html`<h1>Log in to go on to ${clientName}</h1>
${problemSummary(problems)}
<form method="post" novalidate>
<input type="hidden" name="csrf" value="${csrf}">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" maxlength="320" required value="${email}"${invalid}${isWrong ? '' : html` autofocus`}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required${invalid}${isWrong && html` autofocus`}>
<button type="submit" name="action" value="login">Log in</button>
<button type="submit" name="action" value="cancel" class="second" formnovalidate>Cancel</button>
</form>`,
  );
}
