-- CreateEnum
CREATE TYPE "erasure_status" AS ENUM ('SCHEDULED', 'RUNNING', 'COMPLETED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "step_status" AS ENUM ('PENDING', 'COMPLETED');

-- CreateTable
CREATE TABLE "erasure_request" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "requested_by" UUID,
    "status" "erasure_status" NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "begins_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "erasure_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "erasure_step" (
    "request_id" UUID NOT NULL,
    "domain" TEXT NOT NULL,
    "status" "step_status" NOT NULL DEFAULT 'PENDING',
    "asked_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),
    "rows_erased" INTEGER,
    "rows_anonymised" INTEGER,
    "rows_retained" INTEGER,
    "retention_reason" TEXT,

    CONSTRAINT "erasure_step_pkey" PRIMARY KEY ("request_id","domain")
);

-- CreateTable
CREATE TABLE "data_export" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "requested_by" UUID,
    "status" "step_status" NOT NULL DEFAULT 'PENDING',
    "public_key" JSONB NOT NULL,
    "private_key" JSONB NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completed_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "data_export_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "data_export_step" (
    "export_id" UUID NOT NULL,
    "domain" TEXT NOT NULL,
    "status" "step_status" NOT NULL DEFAULT 'PENDING',
    "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completed_at" TIMESTAMPTZ(3),
    "rows" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "data_export_step_pkey" PRIMARY KEY ("export_id","domain")
);

-- CreateTable
CREATE TABLE "data_export_part" (
    "id" UUID NOT NULL,
    "export_id" UUID NOT NULL,
    "domain" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "rows" INTEGER NOT NULL,
    "content" TEXT NOT NULL,

    CONSTRAINT "data_export_part_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "erasure_request_user_id_idx" ON "erasure_request"("user_id");

-- CreateIndex
CREATE INDEX "erasure_request_status_begins_at_idx" ON "erasure_request"("status", "begins_at");

-- CreateIndex
CREATE INDEX "erasure_step_status_asked_at_idx" ON "erasure_step"("status", "asked_at");

-- CreateIndex
CREATE INDEX "data_export_user_id_requested_at_idx" ON "data_export"("user_id", "requested_at");

-- CreateIndex
CREATE INDEX "data_export_expires_at_idx" ON "data_export"("expires_at");

-- CreateIndex
CREATE INDEX "data_export_step_status_asked_at_idx" ON "data_export_step"("status", "asked_at");

-- CreateIndex
CREATE UNIQUE INDEX "data_export_part_export_id_domain_number_key" ON "data_export_part"("export_id", "domain", "number");

-- AddForeignKey
ALTER TABLE "erasure_step" ADD CONSTRAINT "erasure_step_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "erasure_request"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_export_step" ADD CONSTRAINT "data_export_step_export_id_fkey" FOREIGN KEY ("export_id") REFERENCES "data_export"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_export_part" ADD CONSTRAINT "data_export_part_export_id_fkey" FOREIGN KEY ("export_id") REFERENCES "data_export"("id") ON DELETE CASCADE ON UPDATE CASCADE;
