/** The rights that scopes stand for, each with what it lets its holder do. */
export const permissions = {
  'acl:read': 'See all entries that share things or keep them from someone, and ask what others may do.',
  'acl:write': 'Share anything with anyone, and keep it from them.',
  'auth:admin': 'Administer accounts, sessions and signing keys.',
  'auth:impersonate': 'Act under the name of another person, who is told.',
  'cache:read': 'See what is cached, and how the cache fares.',
  'cache:write': 'Invalidate, warm and flush what is cached, and say how long it lives.',
  'data:read': 'Read everybody’s rows of the tables of projects by `dataQuery`.',
  'data:write': 'Write everybody’s rows of the tables of projects by `dataTransactionExecute`.',
  'database:admin': 'See how all databases are, and look after them.',
  'database:lease': 'Have a connection to a database for a time, as the policy for the service says.',
  'events:moderate': 'Change or cancel an event of another organiser.',
  'groups:write': 'Make groups, change them and who belongs to them.',
  'metrics:read': 'Read the metrics of every process from another machine.',
  'projects:analyze': 'See all projects, and write what analyses and the making of animations bring.',
  'projects:manage': 'See, change and delete the projects of others.',
  'quota:premium': 'Use the quotas of the premium plan.',
  'roles:assign': 'Give roles to people and take them away.',
  'roles:write': 'Make roles, change what they allow, and delete them.',
  'router:read': 'See the rules of the edge, and what others have used.',
  'router:write': 'Change the rules of the edge.',
  'users:erase': 'Erase what is kept of another person, and see what becomes of it.',
  'users:export': 'Export and read all that is kept of another person.',
  'users:read': 'List people and read what a profile does not show to everyone.',
  'users:suspend': 'Close the account of another person for a time, and open it again.',
  'users:write': 'Change the profile of another person.',
} as const;

export type Scope = keyof typeof permissions;

interface RoleDefinition {
  name: string;
  description: string;
  /** The higher of two roles that someone holds is the one that names them. */
  rank: number;
  scopes: readonly Scope[];
}

/** The roles that every installation has. Their names are part of the contract: other domains know them. */
export const roles: readonly RoleDefinition[] = [
  { name: 'user', description: 'Everyone who has signed up.', rank: 0, scopes: [] },
  { name: 'premium', description: 'Has the premium plan.', rank: 10, scopes: ['quota:premium'] },
  {
    name: 'admin',
    description: 'Administers the whole system.',
    rank: 100,
    // Nobody gives rights that they do not have, so whoever administers has them all.
    scopes: (Object.keys(permissions) as Scope[]).sort(),
  },
];
