import type { QueryResolvers, SubgraphResolvers } from './__generated__/types.ts';

/** All subgraphs. */
export const subgraphs: QueryResolvers['subgraphs'] = (_parent, _args, { db }) =>
  db.subgraph.findMany({ orderBy: { name: 'asc' } });

/** One subgraph. */
export const subgraph: QueryResolvers['subgraph'] = (_parent, { name }, { loaders }) =>
  loaders.subgraph.load(name);

export const Subgraph: SubgraphResolvers = {
  __resolveReference: ({ name }, { loaders }) => loaders.subgraph.load(name),
};
