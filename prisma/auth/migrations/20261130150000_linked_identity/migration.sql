-- AlterTable
ALTER TABLE "account" ALTER COLUMN "password_hash" DROP NOT NULL;

-- CreateTable
CREATE TABLE "linked_identity" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject_at_provider" TEXT NOT NULL,
    "linked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "linked_identity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "foreign_sign_in" (
    "hash" CHAR(64) NOT NULL,
    "provider" TEXT NOT NULL,
    "account_id" UUID,
    "redirect_uri" TEXT NOT NULL,
    "secrets" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "foreign_sign_in_pkey" PRIMARY KEY ("hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "linked_identity_provider_subject_at_provider_key" ON "linked_identity"("provider", "subject_at_provider");

-- CreateIndex
CREATE UNIQUE INDEX "linked_identity_account_id_provider_key" ON "linked_identity"("account_id", "provider");

-- CreateIndex
CREATE INDEX "foreign_sign_in_account_id_idx" ON "foreign_sign_in"("account_id");

-- CreateIndex
CREATE INDEX "foreign_sign_in_expires_at_idx" ON "foreign_sign_in"("expires_at");

-- AddForeignKey
ALTER TABLE "linked_identity" ADD CONSTRAINT "linked_identity_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "foreign_sign_in" ADD CONSTRAINT "foreign_sign_in_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;
