import type { KoaContextWithOIDC } from 'oidc-provider';
import { html, page } from '../../pages/layout.ts';
import { sendPage } from './send.ts';

/** The pages of RP-Initiated Logout 1.0: a client sends people here, and they decide. */
export const logoutPages = {
  /** Asks, because a link in a mail must not log anybody out. */
  logoutSource(ctx: KoaContextWithOIDC) {
    const state = ctx.oidc.session?.state as { secret: string; postLogoutRedirectUri?: string };
    const body = html`<h1>Log out?</h1>
<p>You will be logged out of Kronos in this browser, and of the applications that you reached through it.</p>
<form method="post" action="/oauth/logout/confirm">
<input type="hidden" name="xsrf" value="${state.secret}">
<button type="submit" name="logout" value="yes" autofocus>Log out</button>
<button type="submit" class="second">Stay logged in</button>
</form>`;
    sendPage(ctx, page('Log out?', body), state.postLogoutRedirectUri);
  },

  /** Says that it is done, to people whom no client wants back. */
  postLogoutSuccessSource(ctx: KoaContextWithOIDC) {
    sendPage(
      ctx,
      page('You are logged out', html`<h1>You are logged out</h1><p>You can close this page.</p>`),
    );
  },
};
