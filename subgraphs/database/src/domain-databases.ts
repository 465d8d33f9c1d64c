import { directUrl } from '@kronos/service';

/** The database of a domain, which this one looks after. */
export interface DomainDatabase {
  domain: string;
  /** The domain's own role and database, on the server itself and not through a pgBouncer. */
  url: string;
  /** The operator's role on the same database; undefined when nobody has made one. */
  operatorUrl: string | undefined;
}

const variable = /^([A-Z][A-Z0-9_]*)_DATABASE_URL$/;
const operatorVariable = 'KRONOS_OPERATOR_DATABASE_URL';

/**
 * The databases that the environment names, by `<DOMAIN>_DATABASE_URL`, in alphabetical order. With
 * `KRONOS_OPERATOR_DATABASE_URL` the operator's name and password are those of that URL, on the server of each domain.
 */
export function domainDatabases(environment: NodeJS.ProcessEnv): DomainDatabase[] {
  const operator = environment[operatorVariable];
  return Object.entries(environment)
    .flatMap(([name, url]) => {
      const prefix = variable.exec(name)?.[1];
      if (!prefix || !url || name === operatorVariable) return [];
      const domain = prefix.toLowerCase();
      const direct = directUrl(url);
      return [{ domain, url: direct, operatorUrl: operator && asOperator(direct, operator) }];
    })
    .sort((one, other) => one.domain.localeCompare(other.domain));
}

function asOperator(url: string, operator: string): string {
  const { username, password } = new URL(operator);
  return Object.assign(new URL(url), { username, password }).href;
}
