import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLSchema, parse, validate } from 'graphql';
import { domains } from './domains.ts';
import type { Form } from './forms.ts';
import { compileOperation } from './make-answer.ts';

export const subgraphNames = Object.keys(domains);

export interface Operation {
  query: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
}

/** Answers one subgraph's operations. */
export type Answer<Value> = (operation: Operation) => Value;

/** The SDL of a subgraph, as composition reads it. */
export function readSubgraphSdl(name: string): string {
  return readFileSync(new URL(`./${name}.graphql`, import.meta.url), 'utf8');
}

/** The schema of a subgraph, `_entities` and `_service` with it, as graphql-js executes it. */
export function buildSchema(name: string): GraphQLSchema {
  const { roots, entities } = domains[name]!;
  const query = Object.entries(roots).map(([field, find]) => [
    field,
    (_source: unknown, values: unknown) => find(values as never),
  ]);
  const types = Object.entries(entities).map(([type, find]) => [type, { __resolveReference: find }]);
  const resolvers = { Query: Object.fromEntries(query), ...Object.fromEntries(types) };
  return buildSubgraphSchema([{ typeDefs: parse(readSubgraphSdl(name)), resolvers }]);
}

/**
 * A subgraph that costs next to nothing: an operation is parsed and validated once, and what an entity is under a selection
 * is made once. What the compilation does not know (introspection, variables within) goes to graphql-js.
 *
 * @param form what answers are made of; nobody may change them
 */
export function createSubgraph<Value>(name: string, form: Form<Value>): Answer<Value> {
  const schema = buildSchema(name);
  const known = new Map<string, Answer<Value>>();

  function compile({ query, operationName }: Operation): Answer<Value> {
    const document = parse(query, { noLocation: true });
    const errors = validate(schema, document);
    if (errors.length > 0) return () => form.plain({ errors });
    const make = compileOperation(schema, document, operationName, domains[name]!, form);
    if (make) return ({ variables }) => make(variables ?? {});
    return ({ variables: variableValues }) =>
      form.plain(execute({ schema, document, variableValues, operationName }));
  }

  return (operation) => {
    const key = operation.operationName ? `${operation.operationName} ${operation.query}` : operation.query;
    let answer = known.get(key);
    if (!answer) {
      answer = compile(operation);
      known.set(key, answer);
    }
    return answer(operation);
  };
}
