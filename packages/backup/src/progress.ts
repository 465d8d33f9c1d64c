/** How far a backup, a restore or a check is. */
export interface BackupProgress {
  /** The domain and the table that it is at. */
  domain: string;
  table: string;
  /** Tables that are done, of all. */
  done: number;
  total: number;
  /** Bytes of rows that have gone through. */
  bytes: number;
}

/** Told now and then. */
export type OnProgress = (progress: BackupProgress) => void;
