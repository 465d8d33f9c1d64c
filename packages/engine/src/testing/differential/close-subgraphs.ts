import { declareEntity } from './generate-entities.ts';
import type { Plan } from './generate-supergraph.ts';
import { draftType, type SubgraphDraft, typeIn } from './subgraph-draft.ts';
import { type EntityPlan, namedType, type Vocabulary } from './vocabulary.ts';

/** Declares in each subgraph what its fields mention: value types, stubs of entities, abstract types and their members. */
export function closeSubgraphs({ choices, subgraphs, vocabulary }: Plan): void {
  for (const subgraph of subgraphs) {
    const seen = new Set<string>();
    for (;;) {
      const next = mentioned(subgraph).find((name) => !seen.has(name));
      if (!next) break;
      seen.add(next);
      declare(next, subgraph, vocabulary);
    }
    for (const [name, members] of vocabulary.interfaces) {
      const isLabelled = members.every((member) =>
        vocabulary.entities.some((entity) => entity.name === member),
      );
      if (subgraph.types.has(name)) fillInterface(subgraph, name, members, isLabelled);
    }
    for (const [name, members] of vocabulary.unions) {
      if (!subgraph.unions.has(name)) continue;
      const present = members.filter((member) => subgraph.types.has(member));
      const required = subgraph.unions.get(name) ?? [];
      subgraph.unions.set(name, new Set([...required, ...choices.some(present, 0.8, 1)]));
    }
  }
}

/** The names of types that a subgraph has to declare. */
function mentioned(subgraph: SubgraphDraft): string[] {
  const ofFields = [...subgraph.types.values()].flatMap(({ fields }) =>
    [...fields.values()].map((rest) => namedType(typeIn(rest))),
  );
  return [...subgraph.mentions, ...ofFields];
}

function declare(name: string, subgraph: SubgraphDraft, vocabulary: Vocabulary): void {
  const entity = vocabulary.entities.find((candidate) => candidate.name === name);
  if (entity) declareStub(subgraph, entity);
  const value = vocabulary.values.find((candidate) => candidate.name === name);
  if (value && !subgraph.types.has(name)) {
    const draft = draftType(subgraph, name);
    draft.directives.push('@shareable');
    for (const field of value.fields) draft.fields.set(field.name, `${field.args}: ${field.type}`);
  }
  if (vocabulary.interfaces.has(name)) draftType(subgraph, name, 'interface');
  if (vocabulary.unions.has(name) && !subgraph.unions.has(name)) subgraph.unions.set(name, new Set());
  const members = vocabulary.interfaces.get(name) ?? vocabulary.unions.get(name) ?? [];
  if (members.length > 0 && !members.some((member) => subgraph.types.has(member))) {
    declare(members[0]!, subgraph, vocabulary);
  }
}

function declareStub(subgraph: SubgraphDraft, entity: EntityPlan): void {
  if (subgraph.types.has(entity.name)) return;
  declareEntity(subgraph, entity, [entity.keys[0]!], ', resolvable: false');
}

/** An interface has, in each subgraph, the fields that all its implementations have there. */
function fillInterface(
  subgraph: SubgraphDraft,
  name: string,
  members: readonly string[],
  isLabelled: boolean,
): void {
  const drafts = members.flatMap((member) => subgraph.types.get(member) ?? []);
  const { fields } = draftType(subgraph, name, 'interface');
  fields.set('id', ': ID!');
  if (isLabelled && drafts.every((draft) => draft.fields.has('label'))) fields.set('label', ': String');
  for (const draft of drafts) {
    draft.implements.add(name);
    if (!draft.fields.has('id')) draft.fields.set('id', ': ID! @shareable');
  }
}
