export { adviseOn, largeRows, type MigrationAdvice } from './advice.ts';
export { type FinishedMigration, giveUpFailed, readFinished } from './applied.ts';
export { asRole } from './as-role.ts';
export { type MigrationFile, readMigrationLock, readMigrations } from './files.ts';
export { type AppliedMigration, compareHistory, type MigrationHistory } from './history.ts';
export { type MigrationState, type MigrationTarget, migrate, readMigrationState } from './migrate.ts';
