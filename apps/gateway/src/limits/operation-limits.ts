import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** How large an operation may be, beside its tokens, which the parser counts. */
export interface OperationLimits {
  depth: number;
  aliases: number;
  rootFields: number;
  /** Fragments with `@defer`. */
  deferred: number;
}

interface Size {
  depth: number;
  aliases: number;
  fields: number;
  deferred: number;
}

const nothing: Size = { depth: 0, aliases: 0, fields: 0, deferred: 0 };

/** A validation rule that refuses operations beyond the limits, fragments counted wherever they are spread. */
export function limitOperations(limits: OperationLimits) {
  return (context: ValidationContext): ASTVisitor => ({
    Document(document) {
      const sizeOf = measure(document);
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
        const { fields: rootFields, ...size } = sizeOf(definition.selectionSet);
        const found = { ...size, rootFields };
        for (const limit of ['depth', 'aliases', 'rootFields', 'deferred'] as const) {
          if (found[limit] > limits[limit]) context.reportError(exceeded(limit, found[limit], limits[limit]));
        }
      }
    },
  });
}

function exceeded(limit: keyof OperationLimits, value: number, maximum: number): GraphQLError {
  const words = {
    depth: 'levels deep',
    aliases: 'aliases',
    rootFields: 'root fields',
    deferred: 'deferred fragments',
  }[limit];
  return new GraphQLError(`The operation is too large: ${value} ${words}, where ${maximum} are allowed.`, {
    extensions: { limit: { limit, value, maximum } },
  });
}

/** Each fragment is measured once, however often it is spread: a bomb of nested fragments costs its text, not its size. */
function measure(document: DocumentNode): (selectionSet: SelectionSetNode) => Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, Size>();

  function sizeOfFragment(name: string): Size {
    const size = known.get(name);
    if (size) return size;
    // A fragment that spreads itself is refused by another rule; here it must only not go on for ever.
    known.set(name, nothing);
    const fragment = fragments.get(name);
    const measured = fragment ? sizeOf(fragment.selectionSet) : nothing;
    known.set(name, measured);
    return measured;
  }

  function sizeOf(selectionSet: SelectionSetNode): Size {
    let { depth, aliases, fields, deferred } = nothing;
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FIELD) {
        const below = selection.selectionSet ? sizeOf(selection.selectionSet) : nothing;
        depth = Math.max(depth, 1 + below.depth);
        aliases += (selection.alias ? 1 : 0) + below.aliases;
        fields += 1;
        deferred += below.deferred;
        continue;
      }
      const inner =
        selection.kind === Kind.INLINE_FRAGMENT
          ? sizeOf(selection.selectionSet)
          : sizeOfFragment(selection.name.value);
      depth = Math.max(depth, inner.depth);
      aliases += inner.aliases;
      fields += inner.fields;
      deferred += inner.deferred;
      if (selection.directives?.some(({ name }) => name.value === 'defer')) deferred += 1;
    }
    return { depth, aliases, fields, deferred };
  }
  return sizeOf;
}
