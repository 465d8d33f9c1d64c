import { readdirSync } from 'node:fs';
import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types of every subgraph's resolvers, from its SDL, into its `src/__generated__/types.ts`. */
const domains = readdirSync('subgraphs');

const config: CodegenConfig = {
  silent: true,
  generates: Object.fromEntries(
    domains.map((domain) => [
      `subgraphs/${domain}/src/__generated__/types.ts`,
      {
        schema: `subgraphs/${domain}/schema.graphql`,
        plugins: ['typescript', 'typescript-resolvers'],
        config: {
          federation: true,
          enumType: 'string-literal',
          enumsAsTypes: true,
          useTypeImports: true,
          strictScalars: false,
          defaultScalarType: 'unknown',
          contextType: '../context.ts#Context',
          resolversNonOptionalTypename: false,
          optionalResolveType: true,
          inputMaybeValue: 'T | null | undefined',
          scalars: {
            DateTime: { input: 'Date', output: 'Date' },
            EmailAddress: 'string',
            URL: { input: 'URL | string', output: 'string' },
            JWT: 'string',
            IP: 'string',
            Locale: 'string',
            TimeZone: 'string',
            JSONObject: 'Record<string, unknown>',
          },
        },
      },
    ]),
  ),
};

export default config;
