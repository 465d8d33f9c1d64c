-- AlterTable
ALTER TABLE "oauth_client" ADD COLUMN     "id_token_algorithm" TEXT NOT NULL DEFAULT 'RS256';
