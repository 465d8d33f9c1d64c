-- AlterTable
ALTER TABLE "role" ADD COLUMN     "built_in" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "role_permission" ADD COLUMN     "built_in" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "role_inheritance" (
    "heir_id" UUID NOT NULL,
    "inherited_id" UUID NOT NULL,

    CONSTRAINT "role_inheritance_pkey" PRIMARY KEY ("heir_id","inherited_id")
);

-- CreateTable
CREATE TABLE "group" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "group_member" (
    "group_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "group_member_pkey" PRIMARY KEY ("group_id","user_id")
);

-- CreateTable
CREATE TABLE "group_role" (
    "group_id" UUID NOT NULL,
    "role_id" UUID NOT NULL,

    CONSTRAINT "group_role_pkey" PRIMARY KEY ("group_id","role_id")
);

-- CreateTable
CREATE TABLE "access_due" (
    "user_id" UUID NOT NULL,

    CONSTRAINT "access_due_pkey" PRIMARY KEY ("user_id")
);

-- CreateIndex
CREATE INDEX "role_inheritance_inherited_id_idx" ON "role_inheritance"("inherited_id");

-- CreateIndex
CREATE UNIQUE INDEX "group_name_key" ON "group"("name");

-- CreateIndex
CREATE INDEX "group_created_at_id_idx" ON "group"("created_at", "id");

-- CreateIndex
CREATE INDEX "group_name_id_idx" ON "group"("name", "id");

-- CreateIndex
CREATE INDEX "group_member_user_id_idx" ON "group_member"("user_id");

-- CreateIndex
CREATE INDEX "group_role_role_id_idx" ON "group_role"("role_id");

-- AddForeignKey
ALTER TABLE "role_inheritance" ADD CONSTRAINT "role_inheritance_heir_id_fkey" FOREIGN KEY ("heir_id") REFERENCES "role"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_inheritance" ADD CONSTRAINT "role_inheritance_inherited_id_fkey" FOREIGN KEY ("inherited_id") REFERENCES "role"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_role" ADD CONSTRAINT "group_role_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_role" ADD CONSTRAINT "group_role_role_id_fkey" FOREIGN KEY ("role_id") REFERENCES "role"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What was seeded so far is part of every installation.
UPDATE "role" SET "built_in" = true WHERE "name" IN ('user', 'premium', 'admin');
UPDATE "role_permission" SET "built_in" = true WHERE "role_id" IN (SELECT "id" FROM "role" WHERE "built_in");
