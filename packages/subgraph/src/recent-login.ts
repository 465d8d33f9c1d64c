import type { Viewer } from './caller.ts';
import { forbidden } from './errors.ts';
import { UserFault, userFaults } from './user-errors.ts';

/**
 * Lets a mutation go on for everybody but somebody who acts under the name of another: for what they would keep when that ends.
 *
 * @throws FORBIDDEN, which says why
 */
export function refuseImpersonator(viewer: Viewer | null): void {
  if (viewer?.impersonation) throw forbidden('Nobody may do this under the name of another.');
}

/**
 * Lets a mutation go on only for a person in a login of their own: not for an API token, for an OAuth client, or for somebody
 * who acts under their name. For what gives or takes the means to log in, and for what cannot be undone.
 *
 * @throws FORBIDDEN, which says why
 */
export function requireOwnLogin(viewer: Viewer | null): void {
  refuseImpersonator(viewer);
  if (viewer?.apiTokenId) throw forbidden('An API token may not do this: log in.');
  if (viewer?.clientId) throw forbidden('An application may not do this in your name: log in here.');
}

/** For so long after a login, or after `sessionStepUp`, dangerous changes need no further proof. */
const recentSeconds = 15 * 60;

/**
 * Lets a mutation go on when its caller proved a moment ago who they are, by a second factor when they have one. A token
 * that was stolen, or a screen that was left unlocked, is then not enough to take over an account or a company.
 *
 * A caller that is no person proves nothing, and is refused; so is whoever comes by another way than a login of their own
 * (`requireOwnLogin`).
 *
 * @throws FORBIDDEN to these, and UserFaults with the code STEP_UP_REQUIRED: put it into the domain's `UserErrorCode`. Its details say by which
 *   mutation (`mutation`), how old a proof may be (`maxAgeSeconds`) and whether it needs a second factor (`secondFactor`).
 * @see https://www.rfc-editor.org/rfc/rfc9470 the same idea in OAuth
 */
export function requireRecentLogin(viewer: Viewer | null, now = new Date()): void {
  requireOwnLogin(viewer);
  if (viewer && isRecent(viewer.authenticatedAt, now) && isStrongEnough(viewer)) return;
  const secondFactor = viewer?.hasSecondFactor ?? false;
  userFaults(
    new UserFault({
      code: 'STEP_UP_REQUIRED',
      message: `Prove again that it is you${secondFactor ? ', by your second factor' : ''}: ask for \`sessionStepUp\`, then do this with the new access token.`,
      details: { mutation: 'sessionStepUp', maxAgeSeconds: recentSeconds, secondFactor },
    }),
  );
}

function isRecent(authenticatedAt: Date | null, now: Date): boolean {
  return authenticatedAt !== null && now.getTime() - authenticatedAt.getTime() <= recentSeconds * 1000;
}

function isStrongEnough({ hasSecondFactor, amr }: Viewer): boolean {
  return !hasSecondFactor || amr.includes('mfa');
}
