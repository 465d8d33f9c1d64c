import type { EntryDetails } from '@kronos/cache';
import type { Connection, Edge } from '@kronos/subgraph';
import type { Namespace } from './context.ts';

// What resolvers hand on for each type of the SDL; codegen reads the names.
export type CacheNamespaceMapper = Namespace;
export type CacheEntryMapper = EntryDetails;
export type CacheEntryConnectionMapper = Connection<EntryDetails>;
export type CacheEntryEdgeMapper = Edge<EntryDetails>;
