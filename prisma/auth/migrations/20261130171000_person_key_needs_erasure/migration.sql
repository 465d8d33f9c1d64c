-- AlterTable
ALTER TABLE "person_key" ADD COLUMN     "needs_erasure" BOOLEAN NOT NULL DEFAULT false;

-- The few that a restore has left, looked for every minute.
CREATE INDEX "person_key_needs_erasure_idx" ON "person_key"("person_id") WHERE "needs_erasure";
