-- CreateEnum
CREATE TYPE "access_effect" AS ENUM ('ALLOW', 'DENY');

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

-- CreateIndex
CREATE INDEX "access_entry_resource_id_action_subject_idx" ON "access_entry"("resource_id", "action", "subject");

-- CreateIndex
CREATE INDEX "access_entry_subject_action_resource_id_idx" ON "access_entry"("subject", "action", "resource_id");

-- AddForeignKey
ALTER TABLE "access_entry" ADD CONSTRAINT "access_entry_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "event"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Whose the events of before are is announced once, as it is for new ones from now on.
INSERT INTO "outbox" ("id", "name", "payload")
SELECT gen_random_uuid(), 'eventOwned', jsonb_build_object('eventId', "id", 'organizerId', "organizer_id") FROM "event" ORDER BY "id";
