import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types of every subgraph's resolvers, from its SDL, into its `src/__generated__/types.ts`. */
const domains = readdirSync('subgraphs').filter((domain) => existsSync(`subgraphs/${domain}/schema.graphql`));

/** What stands behind each GraphQL type in resolvers: `export type EventMapper = …` in a domain's `mappers.ts`. */
function mappersOf(domain: string): Record<string, string> {
  const file = `subgraphs/${domain}/src/mappers.ts`;
  const source = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const names = [...source.matchAll(/^export (?:type|interface) (\w+)Mapper\b/gm)].map((match) => match[1]);
  return Object.fromEntries(names.map((name) => [name, `../mappers.ts#${name}Mapper`]));
}

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
          mappers: mappersOf(domain),
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
            BigInt: { input: 'bigint', output: 'bigint' },
            Duration: 'string',
          },
        },
      },
    ]),
  ),
};

export default config;
