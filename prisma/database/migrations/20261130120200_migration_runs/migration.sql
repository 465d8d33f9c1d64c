-- CreateTable
CREATE TABLE "migration_run" (
    "id" UUID NOT NULL,
    "schema" TEXT,
    "target_version" TEXT,
    "dry_run" BOOLEAN NOT NULL,
    "status" "job_status" NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "current_step" INTEGER NOT NULL DEFAULT 0,
    "total_steps" INTEGER NOT NULL DEFAULT 0,
    "alive_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sql" TEXT[],
    "advice" TEXT[],
    "failure" TEXT,
    "requested_by" UUID,

    CONSTRAINT "migration_run_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "migration_run_status_alive_at_idx" ON "migration_run"("status", "alive_at");

-- CreateIndex
CREATE INDEX "migration_run_requested_by_idx" ON "migration_run"("requested_by");
