-- Attempts on accounts that there are not belong to nobody, and anybody can make any number of them: they are kept for as long
-- as an attack is looked into, and no longer.
CREATE FUNCTION security_event_retention(kind TEXT, user_id UUID) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN user_id IS NULL AND kind IN ('LOGIN_FAILED', 'LOCKED_OUT') THEN interval '30 days' ELSE security_event_retention() END
$$;

CREATE OR REPLACE FUNCTION security_event_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.occurred_at < now() - security_event_retention(OLD.kind, OLD.user_id) THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'security events are added, and nothing else' USING ERRCODE = 'insufficient_privilege';
END $$;
