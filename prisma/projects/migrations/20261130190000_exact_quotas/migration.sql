-- As before, and what is counted by project is counted by one transaction at a time: two at once could else both find room for
-- the last row. The project's row is what they wait at: it is free for transactions that have it already, and unlike
-- advisory locks there may be any number of them. Whoever may add rows need not be one who may change projects, so the owner
-- of the tables locks.
CREATE OR REPLACE FUNCTION keep_within_quota() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  most integer := CASE current_setting('kronos.plan', true) WHEN 'user' THEN TG_ARGV[1] ELSE TG_ARGV[2] END;
  beyond text;
BEGIN
  IF TG_ARGV[0] = 'project_id' THEN
    -- Always in the same order: so two statements over the same projects do not wait for one another.
    PERFORM FROM projects p WHERE p.id IN (SELECT a.project_id FROM added a) ORDER BY p.id FOR NO KEY UPDATE;
  END IF;
  EXECUTE format(
    'SELECT t.%1$I::text FROM %2$I.%3$I t WHERE t.%1$I IN (SELECT a.%1$I FROM added a) AND %4$s
     GROUP BY t.%1$I HAVING count(*) > $1 LIMIT 1',
    TG_ARGV[0], TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[3]) INTO beyond USING most;
  IF beyond IS NOT NULL THEN
    RAISE EXCEPTION 'There are % %, which is as many as there may be.', most, TG_TABLE_NAME
      USING ERRCODE = '54Q01', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
