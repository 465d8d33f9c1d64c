-- AlterTable
ALTER TABLE "signing_key" ADD COLUMN     "sealed_private_key" TEXT,
ALTER COLUMN "private_key" DROP NOT NULL;

-- What lies here in the clear is sealed at the next start. A key has its private half in one way, never in both.
ALTER TABLE signing_key ADD CONSTRAINT signing_key_has_one_private_key CHECK (num_nonnulls(private_key, sealed_private_key) = 1);
