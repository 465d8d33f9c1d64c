import type { Plan } from './generate-supergraph.ts';
import { draftType, type SubgraphDraft, typeIn } from './subgraph-draft.ts';
import { type EntityPlan, namedType, planArguments, planField, planLeaf, wrap } from './vocabulary.ts';

/** Gives subgraphs root fields: some of which several subgraphs share, and mutations. */
export function addRoots(plan: Plan): void {
  const { choices, subgraphs, vocabulary } = plan;
  for (const subgraph of subgraphs) provideFromEntities(plan, subgraph);
  let count = 0;
  const declare = (subgraph: SubgraphDraft, root: 'Query' | 'Mutation') => {
    const name = `${root === 'Query' ? 'q' : 'm'}${count++}`;
    const present = vocabulary.entities.filter((entity) => entity.participants.has(subgraph.name));
    if (present.length > 0 && choices.chance(0.6)) {
      const entity = choices.pick(present);
      const type = wrap(choices, entity.name);
      const provides = provide(plan, subgraph, entity);
      draftType(subgraph, root).fields.set(name, `${planArguments(choices)}: ${type}${provides}`);
      return;
    }
    const field = choices.chance(0.3) ? planLeaf(choices, name) : planField(choices, vocabulary, name);
    const isShared = root === 'Query' && choices.chance(0.15) && !isAbstract(plan, field.type);
    const others = subgraphs.filter((other) => other !== subgraph);
    const shared = isShared ? choices.some(others, 0.5, 1) : [];
    for (const owner of [subgraph, ...shared]) {
      const directive = isShared ? ' @shareable' : '';
      draftType(owner, root).fields.set(name, `${field.args}: ${field.type}${directive}`);
    }
  };
  subgraphs.forEach((subgraph, index) => {
    const least = index === 0 ? 1 : 0;
    const length = choices.integer(least, 3);
    for (let number = 0; number < length; number++) declare(subgraph, 'Query');
  });
  if (!choices.chance(0.4)) return;
  for (const subgraph of choices.some(subgraphs, 0.6, 1)) {
    const length = choices.integer(1, 2);
    for (let number = 0; number < length; number++) declare(subgraph, 'Mutation');
  }
}

/** Members of an abstract type differ between subgraphs: a shared field would have to respect all of them. */
function isAbstract({ vocabulary }: Plan, type: string): boolean {
  const name = namedType(type);
  return vocabulary.interfaces.has(name) || vocabulary.unions.has(name);
}

/** Lets fields by which entities refer to entities provide something of those. */
function provideFromEntities(plan: Plan, subgraph: SubgraphDraft): void {
  for (const { name } of plan.vocabulary.entities) {
    const fields = subgraph.types.get(name)?.fields ?? new Map<string, string>();
    for (const [field, rest] of [...fields]) {
      const target = plan.vocabulary.entities.find((entity) => entity.name === namedType(typeIn(rest)));
      if (!target?.participants.has(subgraph.name) || rest.includes('@')) continue;
      fields.set(field, `${rest}${provide(plan, subgraph, target)}`);
    }
  }
}

/** A `@provides` for a field of the entity that another subgraph owns; nothing when there is none. */
function provide({ choices, subgraphs }: Plan, subgraph: SubgraphDraft, entity: EntityPlan): string {
  if (!choices.chance(0.35)) return '';
  const own = draftType(subgraph, entity.name).fields;
  const isKeyField = (name: string) => entity.keyFields.some((field) => field.name === name);
  const foreign = subgraphs
    .filter((other) => other !== subgraph)
    .flatMap((other) => {
      const theirs = other.types.get(entity.name)?.fields ?? new Map<string, string>();
      return [...theirs].map(([name, rest]) => ({ name, rest, theirs }));
    })
    .filter(({ name, rest }) => !own.has(name) && !isKeyField(name) && isPlainLeaf.test(rest));
  if (foreign.length === 0) return '';
  const { name, rest, theirs } = choices.pick(foreign);
  own.set(name, `${rest} @external`);
  // Whoever provides a field shares it.
  theirs.set(name, `${rest} @shareable`);
  return ` @provides(fields: "${name}")`;
}

/** A field without arguments and directives. */
const isPlainLeaf = /^: [[\]!]*(ID|Int|Float|String|Boolean|Json|Hue|Mode)[[\]!]*$/;
