-- AlterTable
ALTER TABLE "data_transaction" ADD COLUMN     "decision" BIGINT,
ADD COLUMN     "is_erased" BOOLEAN NOT NULL DEFAULT false;

-- By this server's clock, whichever process decides: what is decided later writes over what was decided before, and never the other
-- way round. No sequence, which a restore would set back.
CREATE FUNCTION data_transaction_decided() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.decision := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  RETURN NEW;
END $$;
CREATE TRIGGER data_transaction_decided BEFORE UPDATE OF "status" ON "data_transaction" FOR EACH ROW
  WHEN (OLD."status" = 'ACTIVE' AND NEW."status" = 'COMMITTING') EXECUTE FUNCTION data_transaction_decided();
