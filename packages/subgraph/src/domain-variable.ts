/** The name of an environment variable of one domain, e.g. `USERS_PORT`. */
export function domainVariable<Suffix extends string>(domain: string, suffix: Suffix): `${string}_${Suffix}` {
  return `${domain.toUpperCase().replaceAll('-', '_')}_${suffix}`;
}
