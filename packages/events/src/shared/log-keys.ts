/** Names of what a domain's log consists of in Redis. */
export interface LogKeys {
  /** The stream itself; entry ids are `<position>-0`. */
  stream: string;
  /** The last published position. Absent: Redis has lost its memory and the relay has not filled it again yet. */
  head: string;
  /**
   * The run of the Redis server in which the relay has found the log complete. While it is the present run, a cursor
   * beyond the head belongs to another history. After a restart Redis may have lost the last events, and such a
   * cursor is right as soon as the relay has appended them again.
   */
  verified: string;
  /** Channel on which new entries are announced. */
  channel: string;
}

/**
 * Names of a domain's log.
 *
 * @param database number of Redis' logical database. Channels are shared by all logical databases of a server, so
 * it is part of the channel's name: entries of one database must not be announced to readers of another.
 */
export function logKeys(domain: string, database: number): LogKeys {
  const stream = `kronos:events:${domain}`;
  const channel = database === 0 ? stream : `${stream}@${database}`;
  return { stream, head: `${stream}:head`, verified: `${stream}:verified`, channel };
}
