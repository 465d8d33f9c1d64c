import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  type SchemaDefinitionNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';

/** Directives of SDL that clients see. */
const ofClients = new Set(['deprecated', 'specifiedBy', 'oneOf']);

/** Gateways take it in every operation. */
const deferDefinition = parse(
  'directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT',
).definitions[0]!;

/**
 * What clients know of a graph: the supergraph without what composition has added, and without what is `@inaccessible`.
 *
 * @throws GraphQLError when the document is no schema
 */
export function apiSchemaOf(supergraph: DocumentNode): GraphQLSchema {
  const { isLinked, inaccessible } = readLinks(supergraph);
  const isHidden = ({ name }: ConstDirectiveNode) => name.value === inaccessible;
  const withoutHidden = <Node extends { readonly directives?: readonly DirectiveNode[] }>(node: Node) =>
    (node.directives as readonly ConstDirectiveNode[] | undefined)?.some(isHidden) ? null : undefined;

  const visible = visit(supergraph, {
    ObjectTypeDefinition: withoutHidden,
    InterfaceTypeDefinition: withoutHidden,
    UnionTypeDefinition: withoutHidden,
    EnumTypeDefinition: withoutHidden,
    InputObjectTypeDefinition: withoutHidden,
    ScalarTypeDefinition: withoutHidden,
    FieldDefinition: withoutHidden,
    InputValueDefinition: withoutHidden,
    EnumValueDefinition: withoutHidden,
  });
  const bare = visit(visible, {
    Directive: ({ name }) => (ofClients.has(name.value) ? undefined : null),
  });
  const definitions = bare.definitions.filter((definition) => !isLinked(definition));
  const names = new Set(
    definitions.flatMap((node) => ('name' in node && node.name ? [node.name.value] : [])),
  );
  const reachable = definitions.map((node) => withoutUnknown(node, names));
  if (!names.has('defer')) reachable.push(deferDefinition);
  return buildASTSchema({ ...bare, definitions: reachable }, { assumeValidSDL: true });
}

/** A union or an implementation does not name what is not there any more. */
function withoutUnknown(node: DefinitionNode, names: ReadonlySet<string>): DefinitionNode {
  if (node.kind === Kind.UNION_TYPE_DEFINITION)
    return { ...node, types: node.types?.filter(({ name }) => names.has(name.value)) };
  if (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION)
    return { ...node, interfaces: node.interfaces?.filter(({ name }) => names.has(name.value)) };
  return node;
}

/** What the specifications that a supergraph links bring into it. @see https://specs.apollo.dev/link/v1.0 */
function readLinks(supergraph: DocumentNode) {
  const prefixes = new Set<string>();
  const imported = new Set<string>();
  let inaccessible = 'inaccessible';
  const schema = supergraph.definitions.find(
    (definition): definition is SchemaDefinitionNode => definition.kind === Kind.SCHEMA_DEFINITION,
  );
  for (const directive of schema?.directives ?? []) {
    if (directive.name.value !== 'link') continue;
    const given = Object.fromEntries(
      (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
    ) as { url?: string; as?: string; import?: (string | { name: string; as?: string })[] };
    const specification = given.url?.split('/').at(-2) ?? '';
    const prefix = given.as ?? specification;
    prefixes.add(prefix);
    if (specification === 'inaccessible') inaccessible = prefix;
    for (const entry of given.import ?? []) {
      const [name, as] = typeof entry === 'string' ? [entry, entry] : [entry.name, entry.as ?? entry.name];
      imported.add(as);
      if (specification === 'inaccessible' && name === '@inaccessible') inaccessible = as.slice(1);
    }
  }
  const isOfLink = (name: string) => prefixes.has(name) || prefixes.has(name.split('__')[0]!);
  return {
    inaccessible,
    isLinked(definition: DefinitionNode): boolean {
      if (!('name' in definition) || !definition.name) return false;
      const name = definition.name.value;
      if (definition.kind === Kind.DIRECTIVE_DEFINITION) return isOfLink(name) || imported.has(`@${name}`);
      return imported.has(name) || (name.includes('__') && isOfLink(name));
    },
  };
}
