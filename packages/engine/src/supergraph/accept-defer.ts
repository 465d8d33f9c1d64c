import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLNonNull,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';

/** As Apollo's clients and the proposal for incremental delivery know it. */
const deferDirective = new GraphQLDirective({
  name: 'defer',
  description: 'Allows the fragment to come later than the rest of the answer.',
  locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
  args: {
    if: { type: new GraphQLNonNull(GraphQLBoolean), defaultValue: true },
    label: { type: GraphQLString },
  },
});

/**
 * The schema with `@defer`. The directive allows an answer to come in parts and asks for nothing: who does not say that it
 * understands parts is answered whole.
 *
 * @see https://github.com/graphql/graphql-wg/blob/main/rfcs/DeferStream.md
 */
export function acceptDefer(schema: GraphQLSchema): GraphQLSchema {
  if (schema.getDirective('defer')) return schema;
  const config = schema.toConfig();
  return new GraphQLSchema({ ...config, directives: [...config.directives, deferDirective] });
}
