import { SealedFieldError } from './declaration.ts';
import type { ModelPlan } from './model-plans.ts';

/** Of which model the rows of an answer are, and what of them nobody asked for. */
export interface Shape {
  model: ModelPlan;
  added: readonly string[];
  relations: ReadonlyMap<string, Shape>;
}

type Json = Record<string, unknown>;
type RewriteNested = (model: ModelPlan, args: Json) => { args: Json; shape: Shape };

/**
 * Selects, with what was asked for, whatever is needed to unseal it, in `args` themselves.
 *
 * @param rewriteNested rewrites the arguments of a relation's rows
 */
export function selectWithPerson(
  model: ModelPlan,
  args: Json,
  plans: ReadonlyMap<string, ModelPlan>,
  rewriteNested: RewriteNested,
): Shape {
  const added: string[] = [];
  const relations = new Map<string, Shape>();
  for (const part of ['select', 'include'] as const) {
    const selection = args[part] as Json | null | undefined;
    if (!selection) continue;
    const rewritten: Json = { ...selection };
    for (const [name, wanted] of Object.entries(selection)) {
      if (!wanted) continue;
      if (name === '_count') rewritten[name] = rewriteCounts(model, wanted, plans, rewriteNested);
      const next = plans.get(model.relations.get(name) ?? '');
      if (!next?.leadsToSealed) continue;
      const nested = rewriteNested(next, wanted === true ? {} : (wanted as Json));
      rewritten[name] = Object.keys(nested.args).length > 0 ? nested.args : true;
      relations.set(name, nested.shape);
    }
    if (part === 'select') added.push(...addTo(model, rewritten));
    args[part] = rewritten;
  }
  if (args.omit) args.omit = keepPerson(model, args.omit as Json, added);
  return { model, added, relations };
}

/** @returns what had to be added to the selection */
function addTo({ name, sealed }: ModelPlan, select: Json): string[] {
  if (!sealed) return [];
  for (const field of sealed.hidden)
    if (select[field]) throw new SealedFieldError(`${name}.${field} is there for the sealing alone.`);
  const chosen = [...sealed.fields.values()].filter((field) => select[field.name]);
  if (chosen.length === 0) return [];
  const needed = new Set([sealed.person, ...chosen.map(({ sealedIn }) => sealedIn)]);
  const added = [...needed].filter((field) => !select[field]);
  for (const field of added) select[field] = true;
  return added;
}

function keepPerson({ sealed }: ModelPlan, omit: Json, added: string[]): Json {
  if (!sealed || !omit[sealed.person]) return omit;
  added.push(sealed.person);
  return { ...omit, [sealed.person]: false };
}

/** Counts of relations have filters of their own. */
function rewriteCounts(
  model: ModelPlan,
  counts: unknown,
  plans: ReadonlyMap<string, ModelPlan>,
  rewriteNested: RewriteNested,
): unknown {
  const { select } = counts as { select?: Json };
  if (!select) return counts;
  const rewritten = Object.entries(select).map(([name, wanted]): [string, unknown] => {
    const next = plans.get(model.relations.get(name) ?? '');
    return [name, next && typeof wanted === 'object' ? rewriteNested(next, wanted as Json).args : wanted];
  });
  return { select: Object.fromEntries(rewritten) };
}
