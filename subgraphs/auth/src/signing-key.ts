import { mutation, requireRecentLogin } from '@kronos/subgraph';
import type { Context } from './context.ts';
import type { SigningKeyMapper } from './mappers.ts';
import type { PublishedKey } from './signing-keys.ts';

export async function signingKeys(_parent: unknown, _args: object, context: Context) {
  return (await context.signingKeys.published()).map(publicPart);
}

export const signingKeyRotate = mutation(async (_parent: unknown, _args: object, context: Context) => {
  requireRecentLogin(context.viewer);
  return { signingKey: publicPart(await context.signingKeys.rotate(context)) };
});

function publicPart({ key: { kid, algorithm, createdAt }, status }: PublishedKey): SigningKeyMapper {
  return { kid, algorithm, createdAt, status };
}
