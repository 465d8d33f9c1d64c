-- A transaction that has notified cannot be prepared (PREPARE TRANSACTION): who is going to prepare it sets `kronos.prepares`, and
-- wakes the relay when it is committed.
CREATE OR REPLACE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF current_setting('kronos.prepares', true) IS DISTINCT FROM 'on' THEN PERFORM pg_notify('outbox', ''); END IF;
  RETURN NULL;
END $$;
