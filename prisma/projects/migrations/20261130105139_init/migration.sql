-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "access_effect" AS ENUM ('ALLOW', 'DENY');

-- CreateTable
CREATE TABLE "projects" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "title" VARCHAR(255) NOT NULL,
    "description" TEXT,
    "status" VARCHAR(50) NOT NULL DEFAULT 'draft',
    "content_path" VARCHAR(500),
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "idempotency_key" VARCHAR(100),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "projects_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "content_analysis" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "analysis_type" VARCHAR(100) NOT NULL,
    "result" JSONB NOT NULL DEFAULT '{}',
    "confidence_score" DECIMAL(3,2),
    "status" VARCHAR(50) NOT NULL DEFAULT 'completed',
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "failure_reason" VARCHAR(1000),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "content_analysis_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "media_assets" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "asset_type" VARCHAR(50) NOT NULL,
    "file_path" VARCHAR(500) NOT NULL,
    "metadata" JSONB,
    "size_bytes" BIGINT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_assets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "scenes" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "analysis_id" UUID,
    "position" INTEGER NOT NULL,
    "summary" TEXT NOT NULL,
    "confidence_score" DECIMAL(3,2),
    "asset_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "scenes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "generation_jobs" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "status" VARCHAR(50) NOT NULL DEFAULT 'queued',
    "progress" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "result_asset_id" UUID,
    "failure_reason" VARCHAR(1000),
    "requested_by" UUID,
    "idempotency_key" VARCHAR(100),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "generation_jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "project_versions" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "title" VARCHAR(255) NOT NULL,
    "description" TEXT,
    "content_path" VARCHAR(500),
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "changed_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "project_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "preferences" (
    "user_id" UUID NOT NULL,
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "preferences_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "embeddings" (
    "project_id" UUID NOT NULL,
    "model" VARCHAR(100) NOT NULL,
    "vector" REAL[],
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "embeddings_pkey" PRIMARY KEY ("project_id")
);

-- CreateTable
CREATE TABLE "access_entry" (
    "id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "resource_id" UUID,
    "effect" "access_effect" NOT NULL,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "access_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access_membership" (
    "user_id" UUID NOT NULL,
    "group_id" UUID NOT NULL,

    CONSTRAINT "access_membership_pkey" PRIMARY KEY ("user_id","group_id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" UUID NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "key" TEXT,
    "payload" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "position" BIGINT,
    "traceparent" TEXT,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inbox" (
    "consumer" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "processed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("consumer","event_id")
);

-- CreateTable
CREATE TABLE "consumer_offset" (
    "consumer" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "position" BIGINT NOT NULL,

    CONSTRAINT "consumer_offset_pkey" PRIMARY KEY ("consumer","domain")
);

-- CreateIndex
CREATE INDEX "idx_projects_user_id" ON "projects"("user_id");

-- CreateIndex
CREATE INDEX "idx_projects_status" ON "projects"("status");

-- CreateIndex
CREATE INDEX "idx_projects_created_at" ON "projects"("created_at");

-- CreateIndex
CREATE INDEX "projects_user_id_created_at_id_idx" ON "projects"("user_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "projects_user_id_idempotency_key_key" ON "projects"("user_id", "idempotency_key");

-- CreateIndex
CREATE INDEX "idx_content_analysis_project_id" ON "content_analysis"("project_id");

-- CreateIndex
CREATE INDEX "idx_content_analysis_type" ON "content_analysis"("analysis_type");

-- CreateIndex
CREATE INDEX "idx_content_analysis_confidence" ON "content_analysis"("confidence_score");

-- CreateIndex
CREATE INDEX "content_analysis_project_id_created_at_id_idx" ON "content_analysis"("project_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "idx_media_assets_project_id" ON "media_assets"("project_id");

-- CreateIndex
CREATE INDEX "idx_media_assets_type" ON "media_assets"("asset_type");

-- CreateIndex
CREATE INDEX "media_assets_project_id_created_at_id_idx" ON "media_assets"("project_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "scenes_project_id_position_key" ON "scenes"("project_id", "position");

-- CreateIndex
CREATE INDEX "generation_jobs_project_id_created_at_id_idx" ON "generation_jobs"("project_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "generation_jobs_status_created_at_idx" ON "generation_jobs"("status", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "generation_jobs_project_id_idempotency_key_key" ON "generation_jobs"("project_id", "idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "project_versions_project_id_number_key" ON "project_versions"("project_id", "number");

-- CreateIndex
CREATE INDEX "embeddings_model_idx" ON "embeddings"("model");

-- CreateIndex
CREATE INDEX "access_entry_resource_id_action_subject_idx" ON "access_entry"("resource_id", "action", "subject");

-- CreateIndex
CREATE INDEX "access_entry_subject_action_resource_id_idx" ON "access_entry"("subject", "action", "resource_id");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_sequence_key" ON "outbox"("sequence");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_position_key" ON "outbox"("position");

-- CreateIndex
CREATE INDEX "outbox_occurred_at_idx" ON "outbox"("occurred_at");

-- CreateIndex
CREATE INDEX "inbox_processed_at_idx" ON "inbox"("processed_at");

-- AddForeignKey
ALTER TABLE "content_analysis" ADD CONSTRAINT "content_analysis_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "media_assets" ADD CONSTRAINT "media_assets_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scenes" ADD CONSTRAINT "scenes_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scenes" ADD CONSTRAINT "scenes_analysis_id_fkey" FOREIGN KEY ("analysis_id") REFERENCES "content_analysis"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scenes" ADD CONSTRAINT "scenes_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "media_assets"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "generation_jobs" ADD CONSTRAINT "generation_jobs_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "generation_jobs" ADD CONSTRAINT "generation_jobs_result_asset_id_fkey" FOREIGN KEY ("result_asset_id") REFERENCES "media_assets"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "project_versions" ADD CONSTRAINT "project_versions_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "embeddings" ADD CONSTRAINT "embeddings_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_entry" ADD CONSTRAINT "access_entry_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Whoever writes the rows, these are all the states that there are.
ALTER TABLE "projects" ADD CONSTRAINT "projects_status_check" CHECK ("status" IN ('draft', 'active', 'analyzing', 'generating', 'ready', 'failed', 'archived'));
ALTER TABLE "content_analysis" ADD CONSTRAINT "content_analysis_status_check" CHECK ("status" IN ('pending', 'completed', 'failed'));
ALTER TABLE "content_analysis" ADD CONSTRAINT "content_analysis_confidence_score_check" CHECK ("confidence_score" BETWEEN 0 AND 1);
ALTER TABLE "media_assets" ADD CONSTRAINT "media_assets_size_bytes_check" CHECK ("size_bytes" >= 0);
ALTER TABLE "scenes" ADD CONSTRAINT "scenes_confidence_score_check" CHECK ("confidence_score" BETWEEN 0 AND 1);
ALTER TABLE "generation_jobs" ADD CONSTRAINT "generation_jobs_status_check" CHECK ("status" IN ('queued', 'running', 'succeeded', 'failed', 'cancelled'));
ALTER TABLE "generation_jobs" ADD CONSTRAINT "generation_jobs_progress_check" CHECK ("progress" BETWEEN 0 AND 1);

-- One animation of a project at a time.
CREATE UNIQUE INDEX "generation_jobs_open_key" ON "generation_jobs"("project_id") WHERE "status" IN ('queued', 'running');

-- Whose a new project is, the domain that decides on access must know, and that one is gone, all who keep something of it;
-- whoever has written the row: a lease and a transaction over several databases do, too, and these may not write the outbox.
CREATE FUNCTION projects_announce() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO outbox (id, name, key, payload)
    VALUES (gen_random_uuid(), 'projectDeleted', OLD.id, jsonb_build_object('projectId', OLD.id, 'userId', OLD.user_id));
  ELSE
    INSERT INTO outbox (id, name, key, payload)
    VALUES (gen_random_uuid(), 'projectOwned', NEW.id, jsonb_build_object('projectId', NEW.id, 'userId', NEW.user_id));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER projects_announce AFTER INSERT OR DELETE OR UPDATE OF user_id ON projects FOR EACH ROW EXECUTE FUNCTION projects_announce();

-- The relay sleeps in LISTEN: this wakes it at commit, whichever process committed.
CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER outbox_notify AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_notify();
