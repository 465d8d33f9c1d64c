import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import { html, page } from '../../pages/layout.ts';
import { sendPage } from './send.ts';

/** The text of the page for what cannot be told a client, because it is not known that it is one. */
export function errorText(error: string, description: string | undefined): string {
  return page(
    'This did not work',
    html`<h1>This did not work</h1>
<p>Go back to the application that you came from and try again. If it happens again, tell those who run it:</p>
<dl><dt>Error</dt><dd>${error}</dd>${description && html`<dt>Description</dt><dd>${description}</dd>`}</dl>`,
  );
}

/** Shows people an error of the provider. */
export function errorPage(ctx: KoaContextWithOIDC, out: ErrorOut): void {
  sendPage(ctx, errorText(out.error, out.error_description));
}
