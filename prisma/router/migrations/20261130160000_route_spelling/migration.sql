-- CreateEnum
CREATE TYPE "route_spelling" AS ENUM ('GRAPHQL', 'SNAKE_CASE');

-- AlterTable
ALTER TABLE "route" ADD COLUMN     "spelling" "route_spelling" NOT NULL DEFAULT 'GRAPHQL';
