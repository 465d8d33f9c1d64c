import { stringArgument } from '@kronos/operations';
import { type DocumentNode, Kind } from 'graphql';

/**
 * The name under which a supergraph has the directive of a specification that is not Apollo's; undefined when it links no such
 * specification.
 *
 * @param specification what the specification's URL ends with
 * @param name the directive's own
 */
export function declaredDirective(
  document: DocumentNode,
  specification: RegExp,
  name: string,
): string | undefined {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const link of definition.directives ?? []) {
      if (link.name.value !== 'link' || !specification.test(stringArgument(link, 'url') ?? '')) continue;
      const imports = link.arguments?.find((argument) => argument.name.value === 'import')?.value;
      for (const entry of imports?.kind === Kind.LIST ? imports.values : []) {
        if (entry.kind === Kind.STRING) return entry.value.slice(1);
        const alias =
          entry.kind === Kind.OBJECT
            ? entry.fields.find((field) => field.name.value === 'as')?.value
            : undefined;
        if (alias?.kind === Kind.STRING) return alias.value.slice(1);
      }
      return stringArgument(link, 'as') ?? name;
    }
  }
  return undefined;
}
