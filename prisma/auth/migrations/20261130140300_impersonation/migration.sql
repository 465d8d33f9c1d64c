-- CreateTable
CREATE TABLE "impersonation" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "actor_id" UUID NOT NULL,
    "actor_session_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "impersonation_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "impersonation_user_id_started_at_id_idx" ON "impersonation"("user_id", "started_at", "id");

-- CreateIndex
CREATE INDEX "impersonation_actor_id_idx" ON "impersonation"("actor_id");

-- CreateIndex
CREATE INDEX "impersonation_actor_session_id_idx" ON "impersonation"("actor_session_id");

-- CreateIndex
CREATE INDEX "impersonation_expires_at_idx" ON "impersonation"("expires_at");
