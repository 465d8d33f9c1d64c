import { TypeID } from 'typeid-js';

/** A TypeID as it stands in a text: a prefix, and 26 characters of base 32. */
const typeId = /\b([a-z](?:[a-z_]*[a-z])?)_([0-7][0-9a-hjkmnp-tv-z]{25})\b/g;

/** The tags of the entities whose ids stand in a text, wherever that is: `event:<uuid>`. */
export function tagsOfIds(text: string): Set<string> {
  const tags = new Set<string>();
  for (const [id, prefix] of text.matchAll(typeId)) tags.add(`${prefix}:${TypeID.fromString(id).toUUID()}`);
  return tags;
}

/** The tag of the entity that an id names; undefined when it is none. */
export function tagOfId(id: string): string | undefined {
  return tagsOfIds(id).values().next().value;
}
