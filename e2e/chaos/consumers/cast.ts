import type { Account } from '../accounts.ts';
import type { Gathering } from '../publishers.ts';
import { created, largeUpdatesOf, notifications, registrationsFor, type Topic, updated } from '../topics.ts';
import { followByApolloMultipart } from './apollo-multipart.ts';
import type { Follow } from './consumer.ts';
import { followByGraphqlSse } from './graphql-sse.ts';
import { followByKronosClient, followByResumingLink } from './kronos-client.ts';
import { followByListenCommand } from './listen-command.ts';
import { followByMultipart } from './raw.ts';

/** One consumer: how it listens, to what, and who it is. */
export interface Role {
  client: string;
  follow: Follow;
  topic: Topic;
  viewer?: Account;
}

/** Who there is. */
export interface Company {
  organizers: readonly Account[];
  attendees: readonly Account[];
  gatherings: readonly Gathering[];
  /** The event whose changes are large. */
  large: string;
}

/** Everybody who listens: every client, every kind of topic, strangers and people with rights of their own. */
export function castOf({ organizers, attendees, gatherings, large }: Company): Role[] {
  const [ada, ben] = organizers as [Account, Account];
  const [grace, hugo] = attendees as [Account, Account];
  const [gathering] = gatherings as [Gathering];
  const toAda = registrationsFor(gathering.id, gathering.organizer);
  const heavy = largeUpdatesOf(large);
  return [
    { client: '@kronos/client', follow: followByKronosClient, topic: created },
    { client: '@kronos/client', follow: followByKronosClient, topic: created, viewer: ada },
    { client: '@kronos/client', follow: followByKronosClient, topic: notifications, viewer: grace },
    { client: '@kronos/client', follow: followByKronosClient, topic: heavy },
    { client: 'graphql-sse', follow: followByGraphqlSse, topic: created, viewer: grace },
    { client: 'graphql-sse', follow: followByGraphqlSse, topic: toAda, viewer: ada },
    { client: 'graphql-sse', follow: followByGraphqlSse, topic: notifications, viewer: hugo },
    { client: 'resuming link', follow: followByResumingLink, topic: updated, viewer: ben },
    { client: 'Apollo multipart', follow: followByApolloMultipart, topic: created, viewer: ben },
    { client: 'Apollo multipart', follow: followByApolloMultipart, topic: notifications, viewer: grace },
    { client: 'raw multipart', follow: followByMultipart, topic: updated },
    { client: 'raw multipart', follow: followByMultipart, topic: toAda, viewer: hugo },
    { client: 'raw multipart', follow: followByMultipart, topic: heavy, viewer: ada },
    { client: 'kronos listen', follow: followByListenCommand, topic: updated },
    { client: 'kronos listen', follow: followByListenCommand, topic: created },
  ];
}
