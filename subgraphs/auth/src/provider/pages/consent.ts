import { html, page } from '../../pages/layout.ts';

/** What the consent page shows. */
export interface ConsentPage {
  clientName: string;
  /** Where people are sent afterwards, so that they see whom they trust; null for a device. */
  redirectUri: string | null;
  csrf: string;
  email: string;
  scopes: readonly string[];
}

const meanings: Record<string, string> = {
  openid: 'know who you are in Kronos',
  email: 'read your e-mail address',
  kronos: 'act in your name: read and change what you can without special rights',
  offline_access: 'go on when you have left',
};

/** Asks whether a client may do what it wants. Nothing is ticked for anybody: it is all of it, or nothing. */
export function consentPage({ clientName, redirectUri, csrf, email, scopes }: ConsentPage): string {
  const items = scopes.map((scope) => html`<li>${meanings[scope] ?? `use your right “${scope}”`}</li>`);
  const host = redirectUri && (URL.parse(redirectUri)?.host || redirectUri);
  return page(
    `Allow ${clientName}?`,
    html`<h1>Allow ${clientName}?</h1>
<p>You are logged in as <strong>${email}</strong>. ${clientName} wants to:</p>
<ul>${items}</ul>
${host && html`<p>You will go on to <strong>${host}</strong>. Allow it only if you trust who is there.</p>`}
<p>You can take this back at any time.</p>
<form method="post">
<input type="hidden" name="csrf" value="${csrf}">
<button type="submit" name="action" value="allow">Allow</button>
<button type="submit" name="action" value="cancel" class="second">Do not allow</button>
</form>`,
  );
}
