/** The header in which a subgraph says what a mutation has changed: tags with commas between them. */
const changesHeader = 'x-kronos-changed';

/** Everything that has been cached of a subgraph's answers. */
export function subgraphTag(subgraph: string): string {
  return `subgraph:${subgraph}`;
}

/**
 * What a mutation has changed, as the subgraphs say that have executed it. Of one that does not say, that has announced
 * nothing, or of which nobody knows what it has done, everything counts as changed.
 */
export class Changes {
  readonly tags = new Set<string>();
  readonly #said = new Set<string>();

  /** Takes what a subgraph in this process says, before its answer is heard. */
  say(subgraph: string, changed: unknown): void {
    if (Array.isArray(changed) && this.#take(changed.map(String))) this.#said.add(subgraph);
  }

  /** Takes an answer. @param headers undefined when there was none */
  hear(subgraph: string, headers: Readonly<Record<string, unknown>> | undefined): void {
    if (this.#said.delete(subgraph)) return;
    const value = headers?.[changesHeader];
    if (typeof value === 'string' && this.#take(value.split(','))) return;
    this.tags.add(subgraphTag(subgraph));
  }

  #take(tags: readonly string[]): boolean {
    const isSaid = tags.length > 0 && tags.every((tag) => tag !== '' && tag !== '*');
    if (isSaid) for (const tag of tags) this.tags.add(tag);
    return isSaid;
  }
}
