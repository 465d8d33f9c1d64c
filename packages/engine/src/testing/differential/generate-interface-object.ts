import type { Plan } from './generate-supergraph.ts';
import { draftType } from './subgraph-draft.ts';
import { planField, planLeaf } from './vocabulary.ts';

/** An entity interface in one subgraph, whose implementations another extends all at once as an interface object. */
export function addInterfaceObjects({ choices, subgraphs, vocabulary }: Plan): void {
  if (!choices.chance(0.35)) return;
  const home = choices.pick(subgraphs);
  const media = draftType(home, 'Media', 'interface');
  media.directives.push('@key(fields: "id")');
  media.fields.set('id', ': ID!');
  media.fields.set('title', ': String');
  for (const name of ['Book', 'Film'].slice(0, choices.integer(1, 2))) {
    const draft = draftType(home, name);
    draft.implements.add('Media');
    draft.directives.push('@key(fields: "id")');
    draft.fields.set('id', ': ID!');
    draft.fields.set('title', ': String');
    const { args, type } = planField(choices, vocabulary, 'part');
    draft.fields.set(`${name.toLowerCase()}Part`, `${args}: ${type}`);
  }
  const others = subgraphs.filter((subgraph) => subgraph !== home);
  for (const other of choices.some(others, 0.5, 1)) {
    const draft = draftType(other, 'Media');
    draft.directives.push('@key(fields: "id")', '@interfaceObject');
    draft.fields.set('id', ': ID!');
    const own = choices.chance(0.5) ? planField(choices, vocabulary, 'own') : planLeaf(choices, 'own');
    draft.fields.set(`extra_${other.name}`, `${own.args}: ${own.type}`);
    if (choices.chance(0.3)) {
      draft.fields.set('title', ': String @external');
      draft.fields.set(`rated_${other.name}`, `: String @requires(fields: "title")`);
    }
    if (choices.chance(0.6)) draftType(other, 'Query').fields.set(`media_${other.name}`, ': [Media]');
  }
  const query = draftType(home, 'Query');
  query.fields.set('media', choices.pick([': [Media!]', ': Media', ': [Media]!']));
}
