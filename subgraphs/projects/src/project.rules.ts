import type { Project } from '@kronos/prisma-projects';
import { z } from 'zod';
import { neededText, optionalText, parameters } from './inputs.ts';
import { mediaPath } from './media-path.ts';

const fields = {
  title: neededText(255, 'The title'),
  description: optionalText(10_000, 'The description'),
  contentPath: mediaPath('The path of the content').nullable(),
  parameters,
};

/** What `projectCreate` takes. */
export const projectCreateSchema = z.object({
  title: fields.title,
  description: fields.description.default(null),
  contentPath: fields.contentPath.default(null),
  parameters: parameters.nullish().transform((value) => value ?? {}),
});

/** What `projectUpdate` takes: every field may be missing, which leaves it as it is. */
export const projectUpdateSchema = z
  .object({
    ...fields,
    // Null empties it, as it does the others.
    parameters: parameters.nullable().transform((value) => value ?? {}),
    status: z.enum(
      ['ACTIVE', 'ARCHIVED'],
      'A project is made ARCHIVED or ACTIVE; the other states come of themselves.',
    ),
  })
  .partial();

/** What of a project a version keeps. */
export type Versioned = Pick<Project, 'title' | 'description' | 'contentPath' | 'parameters'>;

/** What of a project a version keeps. */
export function versioned({ title, description, contentPath, parameters }: Versioned): Versioned {
  return { title, description, contentPath, parameters };
}

/** The changes that change something: what already is as it should be is left out. */
export function effectiveChanges(before: Versioned, wanted: Partial<Versioned>): Partial<Versioned> {
  const entries = Object.entries(wanted) as [keyof Versioned, unknown][];
  return Object.fromEntries(
    entries.filter(([name, value]) => value !== undefined && !isSame(before[name], value)),
  );
}

/** PostgreSQL keeps the members of a JSON object in an order of its own. */
function isSame(before: unknown, after: unknown): boolean {
  return JSON.stringify(before, inOrder) === JSON.stringify(after, inOrder);
}

function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
