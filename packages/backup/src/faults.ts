/** Why a backup, or something in it, cannot be used. */
export type BackupFaultReason =
  | 'UNKNOWN_BACKUP'
  | 'UNKNOWN_FORMAT'
  | 'UNKNOWN_KEY'
  | 'ALTERED'
  | 'TRUNCATED'
  | 'MISSING'
  | 'MISMATCH'
  | 'REFUSED';

/** A fault of a backup, or of what is asked of one, that a person can understand: its message is for them. */
export class BackupFault extends Error {
  override readonly name = 'BackupFault';
  readonly reason: BackupFaultReason;
  readonly details: Record<string, unknown>;

  constructor(reason: BackupFaultReason, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.reason = reason;
    this.details = details;
  }
}
