import { type Account, openAccount } from './accounts.ts';
import type { Attempt } from './journal.ts';
import {
  createAttendee,
  createEvent,
  createOrganizer,
  type Gathering,
  Hand,
  type Publisher,
} from './publishers.ts';
import type { Random } from './random.ts';

/** The people of the suite and what they organise. */
export interface Company {
  organizers: readonly Account[];
  attendees: readonly Account[];
  gatherings: readonly Gathering[];
  /** The event whose changes are large. */
  large: string;
  publishers: readonly Publisher[];
  /** Makes something happen for everybody who listens, whatever they listen to. */
  round(): Promise<void>;
}

const organizerNames = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn'];
const attendeeNames = ['Grace', 'Hugo', 'Ida'];
/** Few, so that a change of one of them is a message to most attendees. */
const guestsGoTo = 2;

/** Signs everybody up and creates the events that others will go to. */
export async function foundCompany(url: string, attempts: Attempt[], random: Random): Promise<Company> {
  const organizers = await openAccounts(organizerNames, url);
  const attendees = await openAccounts(attendeeNames, url);
  const handOf = (account: Account) => new Hand(account, url, attempts);

  const owners = await Promise.all(
    organizers.map(async (account, index) => {
      const hand = handOf(account);
      const own = {
        open: await certain(createEvent(hand)),
        hidden: await certain(createEvent(hand, { visibility: 'PRIVATE' })),
        ...(index === 0 && { large: await certain(createEvent(hand, { description: 'x'.repeat(4_000) })) }),
      };
      return { account, own, publisher: createOrganizer(hand, own, random.fork()) };
    }),
  );
  const gatherings = owners.map(({ account, own }) => ({ id: own.open, organizer: account }));
  const guests = attendees.map((account) =>
    createAttendee(handOf(account), gatherings.slice(0, guestsGoTo), random.fork()),
  );
  const publishers = [...owners.map(({ publisher }) => publisher), ...guests];

  return {
    organizers,
    attendees,
    gatherings,
    large: owners[0]!.own.large!,
    publishers,
    async round() {
      await Promise.all(publishers.map((publisher) => publisher.round()));
    },
  };
}

/** One after the other: several logins at once are many hashes of passwords at once. */
async function openAccounts(names: readonly string[], url: string): Promise<Account[]> {
  const accounts: Account[] = [];
  for (const name of names) accounts.push(await openAccount(name, url));
  return accounts;
}

async function certain(creation: Promise<string | undefined>): Promise<string> {
  const id = await creation;
  if (!id) throw new Error('an event could not be created before anything was broken');
  return id;
}
