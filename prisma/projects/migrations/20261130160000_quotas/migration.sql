-- Rows come from others, too: leases, and transactions over several databases. So the tables themselves hold what
-- subgraphs/projects/src/quotas.ts says, and number versions.

-- Arguments: the column by which rows are counted, how many there may be of one with the plan `user` and otherwise, and a condition
-- on the rows that count. Who writes for a person says their plan by `kronos.plan`.
CREATE FUNCTION keep_within_quota() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  most integer := CASE current_setting('kronos.plan', true) WHEN 'user' THEN TG_ARGV[1] ELSE TG_ARGV[2] END;
  beyond text;
BEGIN
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

CREATE TRIGGER projects_of_a_person AFTER INSERT ON projects REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION keep_within_quota('user_id', '1000', '10000', 'true');
CREATE TRIGGER content_analyses_of_a_project AFTER INSERT ON content_analysis REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION keep_within_quota('project_id', '1000', '1000', 'true');
CREATE TRIGGER media_assets_of_a_project AFTER INSERT ON media_assets REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION keep_within_quota('project_id', '1000', '1000', 'true');
CREATE TRIGGER scenes_of_a_project AFTER INSERT ON scenes REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION keep_within_quota('project_id', '500', '500', 'true');
CREATE TRIGGER generation_jobs_of_a_project AFTER INSERT ON generation_jobs REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION keep_within_quota('project_id', '1000', '1000', 'true');
CREATE TRIGGER open_generation_jobs_of_a_person AFTER INSERT ON generation_jobs REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION keep_within_quota('requested_by', '3', '20', $$status IN ('queued', 'running')$$);

-- The next number of its project's, and the oldest go for new ones.
CREATE FUNCTION number_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number IS NULL THEN
    PERFORM FROM projects WHERE id = NEW.project_id FOR NO KEY UPDATE;
    SELECT coalesce(max(number), 0) + 1 INTO NEW.number FROM project_versions WHERE project_id = NEW.project_id;
    DELETE FROM project_versions WHERE project_id = NEW.project_id AND number <= NEW.number - 100;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER number_version BEFORE INSERT ON project_versions FOR EACH ROW EXECUTE FUNCTION number_version();
