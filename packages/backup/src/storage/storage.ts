import type { Readable } from 'node:stream';

/** A place that keeps backups: files under the id of each. */
export interface BackupStorage {
  /** Where it is, for people: a URL. */
  readonly location: string;
  /** Begins a backup. Nobody sees it before it is committed. */
  begin(id: string): Promise<BackupDraft>;
  /** The ids of what was committed, newest first. */
  list(): Promise<string[]>;
  /**
   * The bytes of a file.
   *
   * @throws BackupFault MISSING when there is no such file
   */
  read(id: string, file: string): Promise<Readable>;
  /** Puts a small file beside a backup that is there, whole or not at all; an older one is replaced. */
  note(id: string, file: string, text: string): Promise<void>;
  /**
   * Remembers a name that concerns all backups, apart from them; whoever is answered has it on the disk.
   *
   * @param name of letters, digits, `-` and `@`
   */
  remember(name: string): Promise<void>;
  /** All names that are remembered. */
  remembered(): Promise<string[]>;
  /** Forgets names; those that are not remembered any more, too. */
  forget(names: readonly string[]): Promise<void>;
  /** Removes a backup: what is left of it when that is cut short is no backup. */
  remove(id: string): Promise<void>;
  /**
   * Clears away what drafts and removals that were cut short have left.
   *
   * @param idleMs how long nobody must have written to a draft of another machine for it to be taken as left behind
   * @returns how many there were
   */
  sweep(idleMs?: number): Promise<number>;
  /** A place of its own within this one, whose backups are not in the list. */
  within(name: string): BackupStorage;
}

/** A backup that is being written. */
export interface BackupDraft {
  /** Writes a file to its end. */
  write(file: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Writes the manifest, and makes the backup one that is whole. After that nothing of it is lost in a crash. */
  commit(manifest: string): Promise<void>;
  /** Removes whatever was written. */
  discard(): Promise<void>;
}

/** Where the names are that are remembered: no id of a backup. */
export const rememberedFolder = 'erased';

/** What an id of a backup looks like; whatever else lies in a storage is none. */
export const backupIdPattern = /^backup_[0-9a-z]{26}$/;

/** After so long without a write a draft was left behind. */
export const abandonedMs = 6 * 60 * 60 * 1000;
