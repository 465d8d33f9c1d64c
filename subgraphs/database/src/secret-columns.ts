/**
 * What readers of a domain's database see of tables that hold what lets somebody in, opens what is sealed, is sealed itself, or
 * takes people's letters to them: these columns alone, be they none. By the table's name, whichever domain has it; a test finds what is named
 * like a secret in any domain and is not here.
 */
export const readableColumns: Readonly<Record<string, readonly string[]>> = {
  account: [
    ...['id', 'roles', 'scopes', 'has_second_factor', 'created_at', 'suspended_at', 'email_verified_at'],
  ],
  account_token: [],
  api_token: [
    ...['id', 'account_id', 'name', 'scopes', 'operations', 'created_at', 'expires_at', 'last_used_at'],
    'revoked_at',
  ],
  client_key: ['id', 'client_application_id', 'created_at', 'expires_at'],
  data_export: ['id', 'user_id', 'requested_by', 'status', 'requested_at', 'completed_at', 'expires_at'],
  data_export_part: [],
  data_transaction: ['id', 'status', 'started_at', 'decided_at', 'finished_at'],
  foreign_sign_in: [],
  linked_identity: ['id', 'account_id', 'provider', 'issuer', 'linked_at', 'last_used_at'],
  log_in_challenge: [],
  mail: [],
  mfa_factor: ['id', 'account_id', 'kind', 'name', 'created_at', 'verified_at', 'last_used_at'],
  notification: [...['id', 'recipient_id', 'kind', 'event_id', 'read_at', 'archived_at', 'created_at']],
  oauth_client_secret: [],
  oidc_record: [],
  person_key: [],
  recovery_code: [],
  refresh_token: [],
  search_key: [],
  signing_key: ['kid', 'algorithm', 'public_key', 'created_at', 'signs_from'],
  suspension: ['id', 'user_id', 'suspended_at', 'suspended_by', 'reinstated_at', 'reinstated_by'],
};

/** Tables that decide who somebody is and what they may do, or that say what has happened: only their domain writes them. */
export const closedToWriters: readonly string[] = [
  // keys of whatever domain has sealed fields
  ...['person_key', 'search_key'],
  // auth
  ...['account', 'account_token', 'api_token', 'foreign_sign_in', 'impersonation', 'linked_identity'],
  ...['log_in_challenge', 'mail', 'mfa_factor', 'oauth_client', 'oauth_client_secret', 'oidc_record'],
  ...['recovery_code', 'refresh_token', 'security_event', 'session', 'signing_key'],
  // users, and the copies of entries in other domains
  ...['access_due', 'access_entry', 'access_membership', 'acl_entry', 'data_export', 'data_export_part'],
  ...['data_export_step', 'erasure_request', 'erasure_step', 'group', 'group_member', 'group_role'],
  ...[
    'permission',
    'resource_owner',
    'role',
    'role_inheritance',
    'role_permission',
    'suspension',
    'user_role',
  ],
  // router
  ...['access_policy', 'client_application', 'client_key', 'operation', 'quota_policy', 'route', 'subgraph'],
  // database
  ...['backup', 'backup_restore', 'connection_lease', 'data_transaction', 'data_transaction_participant'],
  ...['lease_policy', 'migration_run', 'target_status'],
  // cache
  'cache_policy',
];
