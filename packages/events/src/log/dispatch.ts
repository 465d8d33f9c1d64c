import type { DomainEvent } from '../domain-event.ts';
import type { EventSelector } from './event-log.ts';

/** Whether a subscriber with this selector wants the event. */
export function isSelected(selector: EventSelector, event: DomainEvent): boolean {
  if (selector.key !== undefined && selector.key !== event.key) return false;
  return selector.names.includes(event.name);
}

/**
 * Finds those who want an event by looking up its name and key, so that an event for one person costs in proportion
 * to that person's listeners, not to all listeners of the name.
 */
export class Dispatch<Listener extends { readonly selector: EventSelector }> {
  readonly #byTopic = new Map<string, Set<Listener>>();

  add(listener: Listener): void {
    for (const topic of topicsOf(listener.selector)) {
      const listeners = this.#byTopic.get(topic);
      if (listeners) listeners.add(listener);
      else this.#byTopic.set(topic, new Set([listener]));
    }
  }

  remove(listener: Listener): void {
    for (const topic of topicsOf(listener.selector)) {
      const listeners = this.#byTopic.get(topic);
      listeners?.delete(listener);
      if (listeners?.size === 0) this.#byTopic.delete(topic);
    }
  }

  /** Calls back with every listener that wants the event. */
  forEach(event: DomainEvent, visit: (listener: Listener) => void): void {
    for (const listener of this.#byTopic.get(event.name) ?? []) visit(listener);
    if (event.key === null) return;
    for (const listener of this.#byTopic.get(keyedTopic(event.name, event.key)) ?? []) visit(listener);
  }
}

function topicsOf({ names, key }: EventSelector): string[] {
  return [...new Set(names)].map((name) => (key === undefined ? name : keyedTopic(name, key)));
}

/** No event's name contains a space, so this is the topic of one name and key only. */
function keyedTopic(name: string, key: string): string {
  return `${name} ${key}`;
}
