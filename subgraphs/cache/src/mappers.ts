import type { CacheNamespace } from '@kronos/prisma-cache';
import type { Connection } from '@kronos/subgraph';

// What resolvers hand on for each type of the SDL; codegen reads the names.
export type CacheNamespaceMapper = CacheNamespace;
export type CacheNamespaceConnectionMapper = Connection<CacheNamespace>;
