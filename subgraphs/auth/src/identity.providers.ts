import { createForeignProvider, type ForeignProvider } from './identity.provider.ts';
import type { ForeignProviderSettings } from './identity.settings.ts';
import { redirectUriFault } from './oauth-client.rules.ts';

/** The other providers by which people log in. */
export interface ForeignProviders {
  /** In alphabetical order. */
  readonly names: readonly string[];
  find(name: string): ForeignProvider | undefined;
  /**
   * May a provider send people back to this page? To another one, whoever lured them would get the code.
   *
   * It is one that the provider's configuration lists, or without a list any of the origins of Kronos; of no other shape than
   * the one that comes back, so without query and fragment.
   */
  mayReturnTo(provider: ForeignProvider, redirectUri: string): boolean;
}

/**
 * Creates the providers that are configured.
 *
 * @param options.origins where the pages of Kronos are, for providers whose configuration lists none
 */
export function createForeignProviders(options: {
  settings: readonly ForeignProviderSettings[];
  origins: readonly string[];
}): ForeignProviders {
  const providers = new Map(options.settings.map((each) => [each.name, createForeignProvider(each)]));
  return {
    names: [...providers.keys()].sort(),
    find: (name) => providers.get(name),
    mayReturnTo({ redirectUris }, redirectUri) {
      if (redirectUriFault(redirectUri) !== null || redirectUri.includes('?')) return false;
      if (redirectUris) return redirectUris.includes(redirectUri);
      const { protocol, origin } = new URL(redirectUri);
      return protocol.startsWith('http') && options.origins.includes(origin);
    },
  };
}
