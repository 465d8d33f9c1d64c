-- CreateEnum
CREATE TYPE "data_transaction_status" AS ENUM ('ACTIVE', 'COMMITTING', 'COMMITTED', 'ROLLED_BACK');

-- CreateTable
CREATE TABLE "data_transaction" (
    "id" UUID NOT NULL,
    "user_id" UUID,
    "client_id" UUID,
    "idempotency_key" TEXT,
    "request_hash" TEXT NOT NULL,
    "coordinator" BIGINT NOT NULL,
    "status" "data_transaction_status" NOT NULL DEFAULT 'ACTIVE',
    "results" JSONB NOT NULL,
    "keys" JSONB NOT NULL,
    "tags" TEXT[],
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decided_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "data_transaction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "data_transaction_participant" (
    "transaction_id" UUID NOT NULL,
    "domain" TEXT NOT NULL,
    "xid" BIGINT,

    CONSTRAINT "data_transaction_participant_pkey" PRIMARY KEY ("transaction_id","domain")
);

-- CreateIndex
CREATE UNIQUE INDEX "data_transaction_user_id_idempotency_key_key" ON "data_transaction"("user_id", "idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "data_transaction_client_id_idempotency_key_key" ON "data_transaction"("client_id", "idempotency_key");

-- CreateIndex
CREATE INDEX "data_transaction_finished_at_idx" ON "data_transaction"("finished_at");

-- AddForeignKey
ALTER TABLE "data_transaction_participant" ADD CONSTRAINT "data_transaction_participant_transaction_id_fkey" FOREIGN KEY ("transaction_id") REFERENCES "data_transaction"("id") ON DELETE CASCADE ON UPDATE CASCADE;
