import type { Choices } from './choices.ts';
import type { SubgraphDraft } from './subgraph-draft.ts';

/** A field as it will be declared, wherever it is. */
export interface FieldPlan {
  name: string;
  args: string;
  type: string;
}

export interface EntityPlan {
  name: string;
  /** Field sets; the first is the one by which others refer to it. */
  keys: string[];
  /** The fields that the keys are made of. */
  keyFields: FieldPlan[];
  /** Subgraph → the keys that it has. */
  participants: Map<string, string[]>;
}

export interface ValuePlan {
  name: string;
  fields: FieldPlan[];
}

/** The types that fields may have. */
export interface Vocabulary {
  entities: EntityPlan[];
  values: ValuePlan[];
  /** Abstract types by name, with the object types that belong to them. */
  interfaces: Map<string, string[]>;
  unions: Map<string, string[]>;
}

const leaves = ['ID', 'Int', 'Float', 'String', 'Boolean', 'Json', 'Hue', 'Mode'] as const;
const argumentLists = [
  '(x: Int)',
  '(x: Int = 7)',
  '(size: Size = SMALL)',
  '(filter: Filter)',
  '(filter: Filter = { limit: 1 })',
  '(xs: [Int!])',
  '(mode: Mode!)',
  '(json: Json)',
  '(x: Int!, flag: Boolean = false)',
] as const;

/** Chooses the types of a supergraph; nothing is declared yet. */
export function createVocabulary(choices: Choices): Vocabulary {
  const names = ['E', 'F', 'G'].slice(0, choices.integer(1, 3));
  const entities = names.map((name, index): EntityPlan => {
    // The key of the first entity may hold another entity.
    const nested = index === 0 && names.length > 1 ? ['id owner { id }'] : [];
    const first = choices.pick(['id', 'id', 'id', 'id region', 'id place { zip }', ...nested]);
    const keys = choices.chance(0.35) ? [first, choices.pick(['code', 'tag { code }'])] : [first];
    const keyFields = keys.flatMap((key) => keyFieldsOf(key));
    return { name, keys, keyFields, participants: new Map() };
  });
  const entityNames = entities.map(({ name }) => name);
  const valueNames = ['V', 'W'].slice(0, choices.integer(0, 2));
  const objects = [...entityNames, ...valueNames];
  const interfaces = new Map(choices.chance(0.6) ? [['I', choices.some(objects, 0.7, 1)]] : []);
  const unions = new Map(choices.chance(0.5) ? [['U', choices.some(objects, 0.7, 1)]] : []);
  const vocabulary: Vocabulary = { entities, values: [], interfaces, unions };
  for (const name of valueNames) {
    const extra = Array.from({ length: choices.integer(1, 3) }, (_, index) =>
      planField(choices, vocabulary, `v${index}`),
    );
    vocabulary.values.push({ name, fields: [{ name: 'id', args: '', type: 'ID!' }, ...extra] });
  }
  const fixed = new Set(
    entities.flatMap(({ keyFields }) => keyFields.map(({ type }) => type.replace(/\W/g, ''))),
  );
  if (fixed.has('Place'))
    vocabulary.values.push({ name: 'Place', fields: [plain('zip', 'ID!'), plain('street', 'String')] });
  if (fixed.has('Tag'))
    vocabulary.values.push({ name: 'Tag', fields: [plain('code', 'Int!'), plain('name', 'String')] });
  return vocabulary;
}

/** A field of any type that the vocabulary has. */
export function planField(choices: Choices, vocabulary: Vocabulary, name: string): FieldPlan {
  const composites = [
    ...vocabulary.entities.map((entity) => entity.name),
    ...vocabulary.values.map((value) => value.name),
    ...vocabulary.interfaces.keys(),
    ...vocabulary.unions.keys(),
  ];
  const named = choices.chance(0.5) ? choices.pick(composites) : choices.pick(leaves);
  return { name, args: planArguments(choices), type: wrap(choices, named) };
}

export function planLeaf(choices: Choices, name: string): FieldPlan {
  return { name, args: planArguments(choices), type: wrap(choices, choices.pick(leaves)) };
}

export function planArguments(choices: Choices): string {
  return choices.chance(0.3) ? choices.pick(argumentLists) : '';
}

/** Lists and nullability around a named type. */
export function wrap(choices: Choices, name: string): string {
  if (choices.chance(0.55)) return choices.chance(0.3) ? `${name}!` : name;
  return choices.pick(['[_]', '[_!]', '[_!]!', '[_]!', '[[_]]', '[[_!]!]', '[[_]!]!']).replace('_', name);
}

/** The name within a type in SDL. */
export function namedType(type: string): string {
  return type.replace(/[^\w]/g, '');
}

export function isLeaf(type: string): boolean {
  return leaves.some((leaf) => leaf === namedType(type));
}

/** Declares the enums, scalars and inputs, which differ from subgraph to subgraph as far as composition allows. */
export function declareInputs(choices: Choices, subgraph: SubgraphDraft): void {
  const hues = ['RED', ...choices.some(['GREEN', 'BLUE', 'BLACK'], 0.5)];
  const sizes = ['SMALL', 'LARGE', ...choices.some(['HUGE', 'TINY'], 0.3)];
  const extra = choices.chance(0.2) ? ` only_${subgraph.name}: Int` : '';
  subgraph.declarations.push(
    'scalar Json',
    `enum Hue { ${hues.join(' ')} }`,
    `enum Size { ${sizes.join(' ')} }`,
    'enum Mode { FAST SLOW }',
    `input Filter { size: Size = SMALL limit: Int = 3 tags: [String!] inner: Filter json: Json${extra} }`,
  );
}

function plain(name: string, type: string): FieldPlan {
  return { name, args: '', type };
}

function keyFieldsOf(key: string): FieldPlan[] {
  const types: Record<string, string> = {
    id: 'ID!',
    region: 'String!',
    place: 'Place!',
    code: 'Int!',
    tag: 'Tag!',
    owner: 'F!',
  };
  return [...key.replace(/\{.*?\}/g, '').matchAll(/\w+/g)].map(([name]) => plain(name, types[name]!));
}
