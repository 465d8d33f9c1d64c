-- CreateEnum
CREATE TYPE "acl_effect" AS ENUM ('ALLOW', 'DENY');

-- CreateTable
CREATE TABLE "acl_entry" (
    "id" UUID NOT NULL,
    "user_id" UUID,
    "role_id" UUID,
    "group_id" UUID,
    "action" TEXT NOT NULL,
    "resource_type" TEXT NOT NULL,
    "resource_id" UUID,
    "effect" "acl_effect" NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "granted_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "acl_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "resource_owner" (
    "resource_type" TEXT NOT NULL,
    "resource_id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,

    CONSTRAINT "resource_owner_pkey" PRIMARY KEY ("resource_type","resource_id")
);

-- CreateIndex
CREATE INDEX "acl_entry_user_id_resource_type_action_idx" ON "acl_entry"("user_id", "resource_type", "action");

-- CreateIndex
CREATE INDEX "acl_entry_role_id_resource_type_action_idx" ON "acl_entry"("role_id", "resource_type", "action");

-- CreateIndex
CREATE INDEX "acl_entry_group_id_resource_type_action_idx" ON "acl_entry"("group_id", "resource_type", "action");

-- CreateIndex
CREATE INDEX "acl_entry_created_at_id_idx" ON "acl_entry"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "acl_entry_resource_type_resource_id_action_user_id_role_id__key" ON "acl_entry"("resource_type", "resource_id", "action", "user_id", "role_id", "group_id", "effect") NULLS NOT DISTINCT;

-- CreateIndex
CREATE INDEX "resource_owner_owner_id_resource_type_resource_id_idx" ON "resource_owner"("owner_id", "resource_type", "resource_id");

-- AddForeignKey
ALTER TABLE "acl_entry" ADD CONSTRAINT "acl_entry_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "acl_entry" ADD CONSTRAINT "acl_entry_role_id_fkey" FOREIGN KEY ("role_id") REFERENCES "role"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "acl_entry" ADD CONSTRAINT "acl_entry_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- An entry is about somebody, and about one only.
ALTER TABLE "acl_entry" ADD CONSTRAINT "acl_entry_subject_check" CHECK (num_nonnulls("user_id", "role_id", "group_id") = 1);
