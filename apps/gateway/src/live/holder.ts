import type { Member } from './member.ts';

/** In whose name a group asks subgraphs: a member, the newest when it was chosen. */
export class Holder {
  readonly #members: ReadonlySet<Member>;
  #member: Member | undefined;

  /** @param members of the group, in the order in which they came */
  constructor(members: ReadonlySet<Member>) {
    this.#members = members;
  }

  /** Only for groups that have a member. */
  get current(): Member {
    this.#member ??= newest(this.#members);
    return this.#member;
  }

  /** Until when its token is good, in seconds since the epoch; 0 without one. */
  get tokenExp(): number {
    return expiryOf(this.current);
  }

  /** The same person with a newer token takes over at once: to subgraphs nothing changes. */
  onJoined(member: Member): void {
    if (isSamePerson(this.current, member)) this.#member = member;
  }

  /** Lets the newest take over when the holder has left; true when that is somebody else. */
  onLeft(member: Member): boolean {
    if (member !== this.#member) return false;
    this.#member = newest(this.#members);
    return !isSamePerson(this.#member, member);
  }

  /** Lets the newest take over when its token is good for longer than until `tokenExp`; false when it is not. */
  outlive(tokenExp: number): boolean {
    const candidate = newest(this.#members);
    if (expiryOf(candidate) <= tokenExp) return false;
    this.#member = candidate;
    return true;
  }
}

function newest(members: ReadonlySet<Member>): Member {
  let last: Member | undefined;
  for (const member of members) last = member;
  return last!;
}

function expiryOf({ context }: Member): number {
  return context.caller.viewer?.tokenExp ?? 0;
}

function isSamePerson(one: Member, other: Member): boolean {
  return one.context.caller.viewer?.userId === other.context.caller.viewer?.userId;
}
