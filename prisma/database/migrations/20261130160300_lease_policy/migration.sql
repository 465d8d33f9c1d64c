-- What it writes, it writes by transactions, which say what and are announced: a connection that writes could change every project.
UPDATE "lease_policy" SET "operations" = '{READ}' WHERE "service_name" = 'ai-analysis-service' AND "domain" = 'projects';
