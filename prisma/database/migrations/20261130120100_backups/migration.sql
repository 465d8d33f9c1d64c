-- CreateEnum
CREATE TYPE "job_status" AS ENUM ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED');

-- CreateTable
CREATE TABLE "backup" (
    "id" UUID NOT NULL,
    "schemas" TEXT[],
    "is_full" BOOLEAN NOT NULL,
    "status" "job_status" NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "current_step" INTEGER NOT NULL DEFAULT 0,
    "total_steps" INTEGER NOT NULL DEFAULT 0,
    "alive_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "size_bytes" BIGINT,
    "rows" BIGINT,
    "checksum" TEXT,
    "verified_at" TIMESTAMPTZ(3),
    "problems" TEXT[],
    "failure" TEXT,
    "scheduled_for" TIMESTAMPTZ(3),
    "requested_by" UUID,

    CONSTRAINT "backup_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "backup_restore" (
    "id" UUID NOT NULL,
    "backup_id" UUID NOT NULL,
    "schemas" TEXT[],
    "status" "job_status" NOT NULL,
    "forced" BOOLEAN NOT NULL,
    "beside" BOOLEAN NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "current_step" INTEGER NOT NULL DEFAULT 0,
    "total_steps" INTEGER NOT NULL DEFAULT 0,
    "alive_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "databases" TEXT[],
    "failure" TEXT,
    "idempotency_key" TEXT NOT NULL,
    "requested_by" UUID,

    CONSTRAINT "backup_restore_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "backup_scheduled_for_key" ON "backup"("scheduled_for");

-- CreateIndex
CREATE INDEX "backup_started_at_id_idx" ON "backup"("started_at", "id");

-- CreateIndex
CREATE INDEX "backup_status_alive_at_idx" ON "backup"("status", "alive_at");

-- CreateIndex
CREATE INDEX "backup_requested_by_idx" ON "backup"("requested_by");

-- CreateIndex
CREATE UNIQUE INDEX "backup_restore_idempotency_key_key" ON "backup_restore"("idempotency_key");

-- CreateIndex
CREATE INDEX "backup_restore_backup_id_idx" ON "backup_restore"("backup_id");

-- CreateIndex
CREATE INDEX "backup_restore_status_alive_at_idx" ON "backup_restore"("status", "alive_at");

-- AddForeignKey
ALTER TABLE "backup_restore" ADD CONSTRAINT "backup_restore_backup_id_fkey" FOREIGN KEY ("backup_id") REFERENCES "backup"("id") ON DELETE CASCADE ON UPDATE CASCADE;
