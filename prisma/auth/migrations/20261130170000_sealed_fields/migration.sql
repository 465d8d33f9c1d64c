-- What is there lies in the clear, in the columns of hashes, until auth seals it, which it does when it starts. Renaming keeps
-- the unique indexes, so that no address is taken twice meanwhile.
-- A hash is no address; who writes one gives it its one spelling before (`parseEmail`).
ALTER TABLE "account" DROP CONSTRAINT "account_email_normalised";
ALTER TABLE "account" RENAME COLUMN "email" TO "email_hash";
ALTER TABLE "account" ADD COLUMN "email" TEXT;
ALTER INDEX "account_email_key" RENAME TO "account_email_hash_key";

ALTER TABLE "linked_identity" RENAME COLUMN "subject_at_provider" TO "subject_hash";
ALTER TABLE "linked_identity" ADD COLUMN "subject_at_provider" TEXT;
ALTER INDEX "linked_identity_provider_subject_at_provider_key" RENAME TO "linked_identity_provider_subject_hash_key";

-- CreateTable
CREATE TABLE "person_key" (
    "person_id" UUID NOT NULL,
    "sealed_key" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "shredded_at" TIMESTAMPTZ(3),

    CONSTRAINT "person_key_pkey" PRIMARY KEY ("person_id")
);

-- CreateTable
CREATE TABLE "search_key" (
    "id" TEXT NOT NULL,
    "sealed_key" TEXT NOT NULL,

    CONSTRAINT "search_key_pkey" PRIMARY KEY ("id")
);
