-- DropIndex
DROP INDEX "generation_jobs_project_id_idempotency_key_key";

-- CreateIndex
CREATE UNIQUE INDEX "generation_jobs_project_id_requested_by_idempotency_key_key" ON "generation_jobs"("project_id", "requested_by", "idempotency_key");
