import { httpUrl, publicUrl } from '@kronos/service/environment';

/** Who gives tokens to OAuth clients. */
export const oauthEnvironment = {
  /** Where clients find the gateway: the issuer of tokens that OAuth clients are given. */
  KRONOS_PUBLIC_URL: publicUrl(),
  /** The origin of the OAuth provider, to which `/oauth/…` is passed on; without it there is none. */
  KRONOS_OAUTH_URL: httpUrl().optional(),
};
