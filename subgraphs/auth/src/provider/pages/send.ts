import type { KoaContextWithOIDC } from 'oidc-provider';
import { pageHeaders } from '../../pages/layout.ts';

/**
 * Answers a request of the provider with a page.
 *
 * @param next where its form leads in the end, beside here
 */
export function sendPage(ctx: KoaContextWithOIDC, text: string, next?: string): void {
  ctx.set(pageHeaders(next));
  ctx.body = text;
}
