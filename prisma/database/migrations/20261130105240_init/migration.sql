-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "lease_operation" AS ENUM ('READ', 'WRITE');

-- CreateEnum
CREATE TYPE "lease_end" AS ENUM ('RELEASED', 'EXPIRED');

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

-- CreateTable
CREATE TABLE "connection_lease" (
    "id" UUID NOT NULL,
    "service_name" TEXT NOT NULL,
    "client_id" UUID,
    "user_id" UUID,
    "domain" TEXT NOT NULL,
    "operation" "lease_operation" NOT NULL,
    "acquired_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "end" "lease_end",

    CONSTRAINT "connection_lease_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lease_policy" (
    "service_name" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "client_id" UUID NOT NULL,
    "operations" "lease_operation"[],

    CONSTRAINT "lease_policy_pkey" PRIMARY KEY ("service_name","domain")
);

-- CreateTable
CREATE TABLE "target_status" (
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "target_status_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE UNIQUE INDEX "outbox_sequence_key" ON "outbox"("sequence");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_position_key" ON "outbox"("position");

-- CreateIndex
CREATE INDEX "outbox_occurred_at_idx" ON "outbox"("occurred_at");

-- CreateIndex
CREATE INDEX "inbox_processed_at_idx" ON "inbox"("processed_at");

-- CreateIndex
CREATE INDEX "connection_lease_acquired_at_id_idx" ON "connection_lease"("acquired_at", "id");

-- CreateIndex
CREATE INDEX "connection_lease_ended_at_expires_at_idx" ON "connection_lease"("ended_at", "expires_at");

-- CreateIndex
CREATE INDEX "connection_lease_service_name_ended_at_idx" ON "connection_lease"("service_name", "ended_at");

-- CreateIndex
CREATE INDEX "connection_lease_user_id_idx" ON "connection_lease"("user_id");

-- CreateIndex
CREATE INDEX "lease_policy_client_id_idx" ON "lease_policy"("client_id");

-- The relay sleeps in LISTEN: this wakes it at commit, whichever process committed.
CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER outbox_notify AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_notify();

-- The services that every installation has, by the ids that auth registers them under, and what they need.
INSERT INTO "lease_policy" ("service_name", "domain", "client_id", "operations") VALUES
    ('core-user-service', 'users', '00000000-0000-7000-8000-000000000201', '{READ}'),
    ('ai-analysis-service', 'projects', '00000000-0000-7000-8000-000000000202', '{READ,WRITE}');
