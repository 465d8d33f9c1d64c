import type { EventName, EventPayload } from './catalogue/index.ts';

/** What an entity's id is called after the part that it plays, by what the entity is. */
const parts: Record<string, string> = {
  actor: 'user',
  attendee: 'user',
  organizer: 'user',
  owner: 'user',
  recipient: 'user',
  entry: 'acl_entry',
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The cache's tags for what an event names, so that who has cached something of it learns that it has changed: every
 * `<something>Id` of the payload is an entity.
 *
 * @returns for each entity `<type>:<uuid>`, and `<type>:*` for what depends on which there are, such as lists; the type is
 * what ids of it begin with. For a resource without an id, which is all of its type, `<type>:any` beside `<type>:*`
 */
export function entityTags<Name extends EventName>(payload: EventPayload<Name>): string[] {
  const { resourceType, ...fields } = payload as Record<string, unknown>;
  const tags = new Set<string>();
  if (typeof resourceType === 'string' && fields.resourceId === null) {
    tags.add(`${resourceType}:*`);
    tags.add(`${resourceType}:any`);
  }
  for (const [field, value] of Object.entries(fields)) {
    if (!field.endsWith('Id') || typeof value !== 'string' || !uuid.test(value)) continue;
    const type = field === 'resourceId' ? String(resourceType) : typeOf(field);
    tags.add(`${type}:${value}`);
    tags.add(`${type}:*`);
  }
  return [...tags];
}

/** @param field such as `mediaAssetId` */
function typeOf(field: string): string {
  const name = field.slice(0, -2).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return parts[name] ?? name;
}
