import {
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  type SchemaDefinitionNode,
  type SchemaExtensionNode,
} from 'graphql';

const specifications = 'https://specs.apollo.dev/';

/** A specification that a supergraph links, by the name that its directive has there. */
export interface Link {
  /** `authenticated`, `join`, … */
  specification: string;
  /** The directive's name, and the prefix of its scalars: the specification's unless the link says `as`. */
  name: string;
  node: ConstDirectiveNode;
}

/** The `@link`s of a supergraph to Apollo's specifications. @see https://specs.apollo.dev/link/v1.0 */
export function findLinks(document: DocumentNode): Link[] {
  return document.definitions
    .filter(isSchemaNode)
    .flatMap((schema) => schema.directives ?? [])
    .filter((directive) => directive.name.value === 'link' || directive.name.value === 'core')
    .flatMap((node) => {
      const url = stringArgument(node, 'url') ?? stringArgument(node, 'feature');
      const specification = url?.startsWith(specifications)
        ? url.slice(specifications.length).split('/')[0]
        : undefined;
      return specification
        ? [{ specification, name: stringArgument(node, 'as') ?? specification, node }]
        : [];
    });
}

/** A string or enum argument of a directive in SDL; undefined when it is absent. */
export function stringArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}

function isSchemaNode(node: { kind: string }): node is SchemaDefinitionNode | SchemaExtensionNode {
  return node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION;
}
