-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "operation_policy" AS ENUM ('ANY', 'SAFELIST_ONLY');

-- CreateEnum
CREATE TYPE "route_method" AS ENUM ('GET', 'POST', 'PUT', 'PATCH', 'DELETE');

-- CreateEnum
CREATE TYPE "health_status" AS ENUM ('UP', 'DEGRADED', 'DOWN');

-- CreateTable
CREATE TABLE "quota_policy" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "points_per_minute" INTEGER NOT NULL,
    "burst" INTEGER NOT NULL,
    "monthly_points" BIGINT,
    "max_depth" INTEGER NOT NULL,
    "max_cost" INTEGER NOT NULL,
    "seed_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "quota_policy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "client_application" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "owner_id" UUID,
    "quota_policy_id" UUID NOT NULL,
    "allowed_operations" "operation_policy" NOT NULL DEFAULT 'ANY',
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "client_application_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "client_key" (
    "id" UUID NOT NULL,
    "client_application_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "client_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operation" (
    "id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "document" TEXT NOT NULL,
    "client_application_id" UUID,
    "uses" BIGINT NOT NULL DEFAULT 0,
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "operation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "route" (
    "id" UUID NOT NULL,
    "method" "route_method" NOT NULL,
    "path" TEXT NOT NULL,
    "path_pattern" TEXT NOT NULL,
    "operation_id" UUID NOT NULL,
    "parameters" JSONB NOT NULL,
    "required_scopes" TEXT[],
    "quota_policy_id" UUID,
    "success_status" INTEGER NOT NULL,
    "result_path" TEXT,
    "description" TEXT NOT NULL,
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,
    "seed_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "route_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access_policy" (
    "name" TEXT NOT NULL,
    "roles" TEXT[],
    "scopes" TEXT[],
    "client_ids" UUID[],
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "access_policy_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "subgraph" (
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "schema_hash" TEXT,
    "is_registered" BOOLEAN NOT NULL DEFAULT false,
    "health" "health_status",
    "reason" TEXT,
    "response_time_ms" DOUBLE PRECISION,
    "checked_at" TIMESTAMPTZ(3),
    "changed_at" TIMESTAMPTZ(3),

    CONSTRAINT "subgraph_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "worker_lease" (
    "work" TEXT NOT NULL,
    "holder" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "worker_lease_pkey" PRIMARY KEY ("work")
);

-- CreateTable
CREATE TABLE "announced_supergraph" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "schema_hash" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "announced_supergraph_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage_hour" (
    "subject" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "points" BIGINT NOT NULL,
    "requests" BIGINT NOT NULL,
    "throttled" BIGINT NOT NULL,

    CONSTRAINT "usage_hour_pkey" PRIMARY KEY ("subject","hour")
);

-- CreateTable
CREATE TABLE "quota_threshold" (
    "subject" TEXT NOT NULL,
    "period" TEXT NOT NULL,
    "threshold" INTEGER NOT NULL,
    "reached_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "quota_threshold_pkey" PRIMARY KEY ("subject","period","threshold")
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
CREATE UNIQUE INDEX "quota_policy_name_key" ON "quota_policy"("name");

-- CreateIndex
CREATE UNIQUE INDEX "client_application_name_key" ON "client_application"("name");

-- CreateIndex
CREATE INDEX "client_application_created_at_id_idx" ON "client_application"("created_at", "id");

-- CreateIndex
CREATE INDEX "client_application_owner_id_created_at_id_idx" ON "client_application"("owner_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "client_application_quota_policy_id_idx" ON "client_application"("quota_policy_id");

-- CreateIndex
CREATE UNIQUE INDEX "client_key_hash_key" ON "client_key"("hash");

-- CreateIndex
CREATE INDEX "client_key_client_application_id_idx" ON "client_key"("client_application_id");

-- CreateIndex
CREATE INDEX "operation_name_id_idx" ON "operation"("name", "id");

-- CreateIndex
CREATE INDEX "operation_client_application_id_name_id_idx" ON "operation"("client_application_id", "name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "operation_hash_client_application_id_key" ON "operation"("hash", "client_application_id") NULLS NOT DISTINCT;

-- CreateIndex
CREATE INDEX "route_path_id_idx" ON "route"("path", "id");

-- CreateIndex
CREATE INDEX "route_operation_id_idx" ON "route"("operation_id");

-- CreateIndex
CREATE INDEX "route_quota_policy_id_idx" ON "route"("quota_policy_id");

-- CreateIndex
CREATE UNIQUE INDEX "route_method_path_pattern_key" ON "route"("method", "path_pattern");

-- CreateIndex
CREATE INDEX "usage_hour_hour_idx" ON "usage_hour"("hour");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_sequence_key" ON "outbox"("sequence");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_position_key" ON "outbox"("position");

-- CreateIndex
CREATE INDEX "outbox_occurred_at_idx" ON "outbox"("occurred_at");

-- CreateIndex
CREATE INDEX "inbox_processed_at_idx" ON "inbox"("processed_at");

-- AddForeignKey
ALTER TABLE "client_application" ADD CONSTRAINT "client_application_quota_policy_id_fkey" FOREIGN KEY ("quota_policy_id") REFERENCES "quota_policy"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_key" ADD CONSTRAINT "client_key_client_application_id_fkey" FOREIGN KEY ("client_application_id") REFERENCES "client_application"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operation" ADD CONSTRAINT "operation_client_application_id_fkey" FOREIGN KEY ("client_application_id") REFERENCES "client_application"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "route" ADD CONSTRAINT "route_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "route" ADD CONSTRAINT "route_quota_policy_id_fkey" FOREIGN KEY ("quota_policy_id") REFERENCES "quota_policy"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Numbers of JSON are exact up to here; and an operation of the greatest cost can be paid from a full bucket.
ALTER TABLE "quota_policy" ADD CONSTRAINT "quota_policy_numbers_check" CHECK (
    "points_per_minute" > 0 AND "burst" > 0 AND "max_depth" > 0 AND "max_cost" > 0 AND "max_cost" <= "burst"
    AND ("monthly_points" IS NULL OR "monthly_points" BETWEEN 0 AND 9007199254740991)
);

-- The relay sleeps in LISTEN: this wakes it at commit, whichever process committed.
CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER outbox_notify AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_notify();
