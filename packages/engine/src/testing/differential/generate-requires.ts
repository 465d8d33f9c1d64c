import type { Plan } from './generate-supergraph.ts';
import { draftType, type SubgraphDraft } from './subgraph-draft.ts';
import { type EntityPlan, type FieldPlan, isLeaf, namedType, planField } from './vocabulary.ts';

/** Gives an entity, in one subgraph, fields that are computed from those of others. */
export function requireFields(
  plan: Plan,
  entity: EntityPlan,
  subgraph: SubgraphDraft,
  candidates: readonly { field: FieldPlan; owner: SubgraphDraft }[],
): void {
  const { choices, vocabulary } = plan;
  const draft = draftType(subgraph, entity.name);
  const foreign = candidates.filter(
    ({ field, owner }) => owner !== subgraph && !draft.fields.has(field.name),
  );
  if (foreign.length === 0 || choices.chance(0.4)) return;
  const length = choices.integer(1, 2);
  for (let index = 0; index < length; index++) {
    const required = choices.some(foreign, 0.5, 1).map(({ field }) => field);
    const fields = required.map((field) => selectField(plan, subgraph, field)).join(' ');
    const computed = planField(choices, vocabulary, `r${index}${subgraph.name}`);
    for (const field of required) draft.fields.set(field.name, `${field.args}: ${field.type} @external`);
    draft.fields.set(
      computed.name,
      `${computed.args}: ${computed.type} @requires(fields: ${JSON.stringify(fields)})`,
    );
  }
}

/** One field of a field set, with arguments and selections as it needs them. */
function selectField(plan: Plan, subgraph: SubgraphDraft, field: FieldPlan): string {
  const { choices, vocabulary } = plan;
  const start = `${field.name}${giveArguments(plan, field.args)}`;
  if (isLeaf(field.type)) return start;
  const name = namedType(field.type);
  const members = vocabulary.unions.get(name) ?? vocabulary.interfaces.get(name);
  if (members) return `${start} ${selectMember(plan, subgraph, name, members)}`;
  const value = vocabulary.values.find((type) => type.name === name);
  if (!value) return `${start} { id }`;
  const leaves = value.fields.filter(({ type }) => isLeaf(type));
  const inner = choices.some(leaves, 0.5, 1).map((leaf) => selectField(plan, subgraph, leaf));
  return `${start} { ${inner.join(' ')} }`;
}

/** Something of an abstract type: of one member, which the subgraph then has to know, or of all. */
function selectMember(
  { choices, vocabulary }: Plan,
  subgraph: SubgraphDraft,
  name: string,
  members: readonly string[],
): string {
  const isUnion = vocabulary.unions.has(name);
  if (!isUnion && choices.chance(0.5)) return '{ id }';
  const member = choices.pick(members);
  subgraph.mentions.add(member);
  if (isUnion) subgraph.unions.set(name, (subgraph.unions.get(name) ?? new Set()).add(member));
  return isUnion ? `{ ... on ${member} { id } }` : `{ id ... on ${member} { id } }`;
}

function giveArguments({ choices }: Plan, args: string): string {
  const given = (options: readonly string[]) => choices.pick(options);
  switch (args) {
    case '':
      return '';
    case '(x: Int)':
    case '(x: Int = 7)':
      return given(['', '(x: 1)', '(x: 2)', '(x: null)']);
    case '(size: Size = SMALL)':
      return given(['', '(size: LARGE)']);
    case '(filter: Filter)':
    case '(filter: Filter = { limit: 1 })':
      return given(['', '(filter: { limit: 2, tags: ["t"] })', '(filter: { inner: { size: LARGE } })']);
    case '(xs: [Int!])':
      return given(['', '(xs: [1, 2])', '(xs: [])']);
    case '(mode: Mode!)':
      return given(['(mode: FAST)', '(mode: SLOW)']);
    case '(json: Json)':
      return given(['', '(json: { a: [1, null] })']);
    default:
      return given(['(x: 1)', '(x: 2, flag: true)']);
  }
}
