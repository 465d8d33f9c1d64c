import { type DocumentNode, type GraphQLScalarType, Kind } from 'graphql';
import { resolvers as standardScalars } from 'graphql-scalars';
import { BigIntText } from './big-int.ts';
import { CurrencyCode } from './currency-code.ts';
import { DateTime } from './date-time.ts';
import { Decimal } from './decimal.ts';

const scalars: Record<string, GraphQLScalarType> = {
  ...standardScalars,
  DateTime,
  BigInt: BigIntText,
  Decimal,
  CurrencyCode,
};

/** The names of the scalars that a subgraph's SDL declares. */
function declaredScalars(document: DocumentNode): string[] {
  return document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCALAR_TYPE_DEFINITION ? [definition.name.value] : [],
  );
}

/** The declared scalars for which no implementation is known. */
export function unknownScalars(document: DocumentNode): string[] {
  return declaredScalars(document).filter((name) => !scalars[name]);
}

/** A resolver map with the implementation of every scalar that the SDL declares. */
export function scalarResolvers(document: DocumentNode): Record<string, GraphQLScalarType> {
  return Object.fromEntries(
    declaredScalars(document).flatMap((name) => (scalars[name] ? [[name, scalars[name]]] : [])),
  );
}
