import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  valueFromASTUntyped,
} from 'graphql';
import { directiveName, findLinks } from '../links.ts';

/** What `@listSize` says of the lists that a field gives. */
export interface ListSize {
  /** The most items there are when no slicing argument says how many. */
  assumedSize: number | undefined;
  /** Arguments, or paths into them (`page.first`), whose values are the most items there can be. */
  slicingArguments: readonly string[];
  /** Fields of what the field gives, whose lists it speaks of. */
  sizedFields: ReadonlySet<string>;
  /** Whether exactly one of the slicing arguments must be given. */
  requireOneSlicingArgument: boolean;
}

/** What a supergraph says of costs. */
export interface Costs {
  /** Whether it says anything: without, all estimates are guesses. */
  areDeclared: boolean;
  /** Weights by `@cost`, by coordinate: `Type`, `Type.field`, `Type.field(argument:)`, `Input.field`. */
  weights: ReadonlyMap<string, number>;
  /** By `Type.field`. */
  listSizes: ReadonlyMap<string, ListSize>;
}

/**
 * Reads `@cost` and `@listSize` from the full SDL of a supergraph, under whatever names it links them.
 *
 * @see https://ibm.github.io/graphql-specs/cost-spec.html
 */
export function readCosts(supergraphSdl: string): Costs {
  const document = parse(supergraphSdl, { noLocation: true });
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  const links = findLinks(document).filter(({ specification }) => specification === 'cost');
  const costNames = new Set(links.map((link) => directiveName(link, 'cost')));
  const listSizeNames = new Set(links.map((link) => directiveName(link, 'listSize')));

  function read(coordinate: string, directives: readonly ConstDirectiveNode[] = []): void {
    for (const directive of directives) {
      if (costNames.has(directive.name.value)) weights.set(coordinate, toWeight(directive));
      if (listSizeNames.has(directive.name.value)) listSizes.set(coordinate, toListSize(directive));
    }
  }

  for (const definition of document.definitions) {
    if (!('name' in definition) || !definition.name || definition.kind === Kind.DIRECTIVE_DEFINITION)
      continue;
    const type = definition.name.value;
    read(type, definition.directives as readonly ConstDirectiveNode[] | undefined);
    for (const field of 'fields' in definition ? (definition.fields ?? []) : []) {
      const coordinate = `${type}.${field.name.value}`;
      read(coordinate, field.directives);
      const given: readonly InputValueDefinitionNode[] = 'arguments' in field ? (field.arguments ?? []) : [];
      for (const argument of given) read(`${coordinate}(${argument.name.value}:)`, argument.directives);
    }
  }
  return { areDeclared: links.length > 0, weights, listSizes };
}

/** Apollo's weights are integers, those of the specification are numbers in quotes. */
function toWeight(directive: ConstDirectiveNode): number {
  const weight = Number(argumentOf(directive, 'weight'));
  return Number.isFinite(weight) ? weight : 1;
}

function toListSize(directive: ConstDirectiveNode): ListSize {
  const assumedSize = argumentOf(directive, 'assumedSize');
  return {
    assumedSize: typeof assumedSize === 'number' ? assumedSize : undefined,
    slicingArguments: names(argumentOf(directive, 'slicingArguments')),
    sizedFields: new Set(names(argumentOf(directive, 'sizedFields'))),
    requireOneSlicingArgument: argumentOf(directive, 'requireOneSlicingArgument') !== false,
  };
}

function argumentOf(directive: ConstDirectiveNode, name: string): unknown {
  const value: ConstValueNode | undefined = directive.arguments?.find(
    (argument) => argument.name.value === name,
  )?.value;
  return value && valueFromASTUntyped(value);
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
