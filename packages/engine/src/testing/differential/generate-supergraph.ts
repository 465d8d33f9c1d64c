import type { Choices } from './choices.ts';
import { closeSubgraphs } from './close-subgraphs.ts';
import { addEntities, addFieldsToEntities } from './generate-entities.ts';
import { addInterfaceObjects } from './generate-interface-object.ts';
import { addRoots } from './generate-roots.ts';
import { printSubgraph, type SubgraphDraft } from './subgraph-draft.ts';
import { createVocabulary, declareInputs, type Vocabulary } from './vocabulary.ts';

/** A supergraph under construction. */
export interface Plan {
  choices: Choices;
  subgraphs: SubgraphDraft[];
  vocabulary: Vocabulary;
}

/**
 * Subgraphs that compose, nearly always: what a subgraph mentions is declared in it, and every field can be reached from
 * every place.
 *
 * @returns SDL by subgraph name
 */
export function generateSupergraph(choices: Choices): Record<string, string> {
  const names = ['a', 'b', 'c', 'd'].slice(0, choices.integer(2, 4));
  const isRenamed = choices.chance(0.3);
  const subgraphs = names.map((name): SubgraphDraft => {
    const roots = isRenamed && choices.chance(0.5) ? { Query: 'Reading', Mutation: 'Writing' } : plainRoots;
    return { name, types: new Map(), unions: new Map(), mentions: new Set(), declarations: [], roots };
  });
  const plan: Plan = { choices, subgraphs, vocabulary: createVocabulary(choices) };
  for (const subgraph of subgraphs) declareInputs(choices, subgraph);
  addEntities(plan);
  addInterfaceObjects(plan);
  addFieldsToEntities(plan);
  addRoots(plan);
  closeSubgraphs(plan);
  return Object.fromEntries(subgraphs.map((subgraph) => [subgraph.name, printSubgraph(subgraph)]));
}

const plainRoots = { Query: 'Query', Mutation: 'Mutation' };
