import type { SealedFields } from './declaration.ts';

/** The part of a Prisma client that knows its models. It is not public, and the same in all versions since 4.7. */
export interface RuntimeDataModel {
  models: Readonly<
    Record<
      string,
      {
        dbName: string | null;
        fields: readonly { name: string; kind: string; type: string; dbName?: string | null }[];
      }
    >
  >;
}

/** How one field is sealed. */
export interface FieldPlan {
  /** `Model.field`, which is part of what a value is sealed for. */
  label: string;
  name: string;
  column: string;
  isJson: boolean;
  /** The field that has the sealed text: another one when the field can be searched, itself otherwise. */
  sealedIn: string;
  sealedColumn: string;
  isSearchable: boolean;
  erased: string | null;
}

/** What is to be known of a model. */
export interface ModelPlan {
  name: string;
  table: string;
  scalars: ReadonlySet<string>;
  /** The model that each relation leads to. */
  relations: ReadonlyMap<string, string>;
  /** Null when nothing of the model is sealed. */
  sealed: {
    person: string;
    personColumn: string;
    fields: ReadonlyMap<string, FieldPlan>;
    /** Fields that exist for the sealing alone, and are seen by nobody. */
    hidden: ReadonlySet<string>;
  } | null;
  /** Whether a query on this model can come to something that is sealed. */
  leadsToSealed: boolean;
}

/**
 * Compares what is declared with what there is.
 *
 * @throws an Error that names all faults of the declaration
 */
export function planModels({ models }: RuntimeDataModel, declared: SealedFields): Map<string, ModelPlan> {
  const faults = Object.keys(declared)
    .filter((name) => !models[name])
    .map((name) => `There is no model ${name}.`);
  const plans = new Map<string, ModelPlan>();
  for (const [name, { dbName, fields }] of Object.entries(models)) {
    const isRelation = ({ kind }: (typeof fields)[number]) => kind === 'object';
    plans.set(name, {
      name,
      table: dbName ?? name,
      scalars: new Set(fields.filter((field) => !isRelation(field)).map((field) => field.name)),
      relations: new Map(fields.filter(isRelation).map((field) => [field.name, field.type])),
      sealed: planSealed(name, models[name]!, declared, faults),
      leadsToSealed: false,
    });
  }
  if (faults.length > 0) throw new Error(`The sealed fields are not right:\n${faults.join('\n')}`);
  followRelations(plans);
  return plans;
}

function planSealed(
  model: string,
  { fields }: RuntimeDataModel['models'][string],
  declared: SealedFields,
  faults: string[],
): ModelPlan['sealed'] {
  const sealed = declared[model];
  if (!sealed) return null;
  const find = (name: string, types: readonly string[]) => {
    const field = fields.find((candidate) => candidate.name === name && candidate.kind === 'scalar');
    if (!field || !types.includes(field.type))
      faults.push(`${model} has no field ${name} of the type ${types.join(' or ')}.`);
    return { column: field?.dbName ?? name, isJson: field?.type === 'Json' };
  };
  const plans = Object.entries(sealed.fields).map(
    ([name, { sealedIn, erased = null }]): [string, FieldPlan] => {
      const { column, isJson } = find(name, sealedIn ? ['String'] : ['String', 'Json']);
      const sealedColumn = sealedIn ? find(sealedIn, ['String']).column : column;
      const label = `${model}.${name}`;
      const isSearchable = sealedIn !== undefined;
      return [
        name,
        { label, name, column, isJson, sealedIn: sealedIn ?? name, sealedColumn, isSearchable, erased },
      ];
    },
  );
  return {
    person: sealed.person,
    personColumn: find(sealed.person, ['String']).column,
    fields: new Map(plans),
    hidden: new Set(plans.filter(([, plan]) => plan.isSearchable).map(([, { sealedIn }]) => sealedIn)),
  };
}

function followRelations(plans: Map<string, ModelPlan>): void {
  let hasGrown = true;
  while (hasGrown) {
    hasGrown = false;
    for (const plan of plans.values()) {
      if (plan.leadsToSealed) continue;
      const neighbours = [...plan.relations.values()].map((name) => plans.get(name));
      plan.leadsToSealed = plan.sealed !== null || neighbours.some((next) => next?.leadsToSealed);
      hasGrown ||= plan.leadsToSealed;
    }
  }
}
