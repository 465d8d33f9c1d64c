-- CreateTable
CREATE TABLE "security_event" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "user_id" UUID,
    "actor_id" UUID,
    "session_id" UUID,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "details" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "security_event_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "security_event_user_id_occurred_at_id_idx" ON "security_event"("user_id", "occurred_at", "id");

-- CreateIndex
CREATE INDEX "security_event_occurred_at_id_idx" ON "security_event"("occurred_at", "id");

-- How long a security event is kept: until then nobody can delete it, after that housekeeping does.
CREATE FUNCTION security_event_retention() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT interval '400 days' $$;

-- What is in the trail stays as it is, whoever has got hold of a process of this domain.
CREATE FUNCTION security_event_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.occurred_at < now() - security_event_retention() THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'security events are added, and nothing else' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER security_event_only_added BEFORE UPDATE OR DELETE ON security_event FOR EACH ROW EXECUTE FUNCTION security_event_only_added();
CREATE TRIGGER security_event_not_emptied BEFORE TRUNCATE ON security_event FOR EACH STATEMENT EXECUTE FUNCTION security_event_only_added();
