import { requireFields } from './generate-requires.ts';
import type { Plan } from './generate-supergraph.ts';
import { draftType, type SubgraphDraft } from './subgraph-draft.ts';
import { type EntityPlan, type FieldPlan, isLeaf, planField, planLeaf } from './vocabulary.ts';

/** Declares each entity, with keys only, in the subgraphs that will give it fields. */
export function addEntities({ choices, subgraphs, vocabulary }: Plan): void {
  for (const entity of vocabulary.entities) {
    const participants = choices.some(subgraphs, 0.6, 1);
    participants.forEach((subgraph, index) => {
      // The first has all keys, so that whoever has one can get to whoever has another.
      const keys = index === 0 ? entity.keys : choices.some(entity.keys, 0.7, 1);
      declareEntity(subgraph, entity, keys);
      if (
        keys.length === 1 &&
        entity.keys.length === 2 &&
        keys[0] !== entity.keys[1] &&
        choices.chance(0.1)
      ) {
        declareEntity(subgraph, entity, [entity.keys[1]!], ', resolvable: false');
      }
    });
  }
}

/** Declares an entity in a subgraph with the given keys, or gives it those it lacks. */
export function declareEntity(
  subgraph: SubgraphDraft,
  entity: EntityPlan,
  keys: readonly string[],
  option = '',
): void {
  const draft = draftType(subgraph, entity.name);
  if (!option) entity.participants.set(subgraph.name, [...keys]);
  for (const key of keys) {
    draft.directives.push(`@key(fields: "${key}"${option})`);
    for (const field of entity.keyFields) {
      if (new RegExp(`\\b${field.name}\\b`).test(key.replace(/\{.*?\}/g, ''))) {
        draft.fields.set(
          field.name,
          `: ${field.type}${field.name === 'id' || field.name === 'region' ? '' : ' @shareable'}`,
        );
      }
    }
  }
}

/** Gives entities their fields: owned by one subgraph, shared, moved from one to another, or computed from others. */
export function addFieldsToEntities(plan: Plan): void {
  const { choices, vocabulary } = plan;
  for (const entity of vocabulary.entities) {
    const owners = plan.subgraphs.filter(({ name }) => entity.participants.has(name));
    const plain: { field: FieldPlan; owner: SubgraphDraft }[] = [];
    place(plan, entity, owners, { name: 'label', args: '', type: 'String' });
    const length = choices.integer(1, 5);
    for (let index = 0; index < length; index++) {
      const isSimple = choices.chance(0.5);
      const field = isSimple ? planLeaf(choices, `f${index}`) : planField(choices, vocabulary, `f${index}`);
      const owner = place(plan, entity, owners, field);
      if (owner) plain.push({ field, owner });
    }
    for (const owner of owners) requireFields(plan, entity, owner, plain);
  }
}

/** Declares a field somewhere; gives its owner when it is exactly one. */
function place(
  { choices }: Plan,
  entity: EntityPlan,
  owners: readonly SubgraphDraft[],
  field: FieldPlan,
): SubgraphDraft | undefined {
  const owner = choices.pick(owners);
  const others = owners.filter((candidate) => candidate !== owner);
  const declare = (subgraph: SubgraphDraft, type: string, directives: string) =>
    draftType(subgraph, entity.name).fields.set(field.name, `${field.args}: ${type}${directives}`);

  if (others.length > 0 && choices.chance(0.2)) {
    const mayDiffer = isLeaf(field.type) && !field.type.endsWith('!') && choices.chance(0.3);
    declare(owner, field.type, ' @shareable');
    for (const other of choices.some(others, 0.6, 1)) {
      declare(other, mayDiffer ? `${field.type}!` : field.type, ' @shareable');
    }
    return undefined;
  }
  if (others.length > 0 && choices.chance(0.12)) {
    const former = choices.pick(others);
    declare(former, field.type, ' @shareable');
    declare(owner, field.type, ` @override(from: "${former.name}")`);
    return undefined;
  }
  const mayHide = isLeaf(field.type) && field.name !== 'label';
  declare(owner, field.type, mayHide && choices.chance(0.05) ? ' @inaccessible' : '');
  return owner;
}
