-- AlterTable
ALTER TABLE "session" ADD COLUMN     "browser_id" TEXT,
ADD COLUMN     "client_id" UUID,
ADD COLUMN     "client_scopes" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "oauth_client" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "scopes" TEXT[],
    "grant_types" TEXT[],
    "redirect_uris" TEXT[],
    "post_logout_redirect_uris" TEXT[],
    "is_confidential" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "oauth_client_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "oauth_client_secret" (
    "hash" CHAR(64) NOT NULL,
    "client_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "oauth_client_secret_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "oidc_record" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "grant_id" UUID,
    "uid" TEXT,
    "user_code" CHAR(64),
    "consumed_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "oidc_record_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "oauth_client_created_at_id_idx" ON "oauth_client"("created_at", "id");

-- CreateIndex
CREATE INDEX "oauth_client_secret_client_id_idx" ON "oauth_client_secret"("client_id");

-- CreateIndex
CREATE INDEX "oauth_client_secret_expires_at_idx" ON "oauth_client_secret"("expires_at");

-- CreateIndex
CREATE INDEX "oidc_record_grant_id_idx" ON "oidc_record"("grant_id");

-- CreateIndex
CREATE INDEX "oidc_record_uid_idx" ON "oidc_record"("uid");

-- CreateIndex
CREATE INDEX "oidc_record_user_code_idx" ON "oidc_record"("user_code");

-- CreateIndex
CREATE INDEX "oidc_record_expires_at_idx" ON "oidc_record"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "session_browser_id_key" ON "session"("browser_id");

-- CreateIndex
CREATE INDEX "session_client_id_idx" ON "session"("client_id");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "oauth_client"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "oauth_client_secret" ADD CONSTRAINT "oauth_client_secret_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "oauth_client"("id") ON DELETE CASCADE ON UPDATE CASCADE;
