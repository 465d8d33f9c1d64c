import type { RouteParameter } from '@kronos/edge-rules';
import { routeId, type SeededRoute } from './seeded-route.ts';

const body: readonly RouteParameter[] = [{ variable: 'input', source: 'BODY', name: null }];
const userErrors = `userErrors {
      code
      message
      field
      details
    }`;
const backup = `id
      schemas
      kind
      status
      startedAt
      finishedAt
      sizeBytes
      rows
      checksum
      verifiedAt`;
/** As all endpoints of the two database services write what they take and give. */
const spelled = { spelling: 'SNAKE_CASE', successStatus: 200 } as const;

/** The endpoints of the database service (`/db`) and of the Core Database Service (`/api/v1`). */
export const databaseRoutes: readonly SeededRoute[] = [
  {
    ...spelled,
    id: routeId(10),
    method: 'GET',
    path: '/db/status',
    description: 'How all databases are.',
    document: `query DatabaseStatus {
  databaseStatus {
    status
    timestamp
    service
    version
    targets {
      name
      kind
      status
      problem
      version
      responseTimeMs
      sizeBytes
      memoryBytes
      connections {
        active
        idle
        total
      }
      pool {
        active
        idle
        waiting
        total
        min
        max
      }
    }
  }
}
`,
    parameters: [],
    resultPath: 'databaseStatus',
  },
  {
    ...spelled,
    id: routeId(11),
    method: 'POST',
    path: '/db/query',
    description: 'Answers one statement of SQL, in a transaction that can only read.',
    document: `query SqlQuery($input: SqlQueryInput!) {
  sqlQuery(input: $input) {
    columns {
      name
      type
    }
    rows
    executionTimeMs
    truncated
    plan
  }
}
`,
    parameters: body,
    resultPath: 'sqlQuery',
  },
  {
    ...spelled,
    id: routeId(12),
    method: 'GET',
    path: '/db/backups',
    description: 'The backups that there are, the newest first.',
    document: `query Backups($first: Int, $after: String) {
  backups(first: $first, after: $after) {
    backups: nodes {
      ${backup}
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
`,
    parameters: [
      { variable: 'first', source: 'QUERY', name: 'first' },
      { variable: 'after', source: 'QUERY', name: 'after' },
    ],
    resultPath: 'backups',
  },
  {
    ...spelled,
    id: routeId(13),
    method: 'POST',
    path: '/db/backup',
    description: 'Begins a backup of all databases, or of those that are named in `schemas`.',
    document: `mutation BackupCreate($input: BackupCreateInput!) {
  backupCreate(input: $input) {
    backup {
      ${backup}
    }
    ${userErrors}
  }
}
`,
    parameters: [{ variable: 'input.schemas', source: 'BODY', name: 'schemas' }],
    successStatus: 202,
    resultPath: 'backupCreate.backup',
  },
  {
    ...spelled,
    id: routeId(20),
    method: 'POST',
    path: '/api/v1/connections/acquire',
    description: 'Leases a connection to a database.',
    document: `mutation ConnectionAcquire($input: ConnectionAcquireInput!) {
  connectionAcquire(input: $input) {
    connectionId
    databaseUrl
    expiresAt
    poolStats {
      active
      idle
      waiting
    }
    ${userErrors}
  }
}
`,
    parameters: body,
    resultPath: 'connectionAcquire',
  },
  {
    ...spelled,
    id: routeId(21),
    method: 'POST',
    path: '/api/v1/connections/release',
    description: 'Ends a lease of a connection.',
    document: `mutation ConnectionRelease($input: ConnectionReleaseInput!) {
  connectionRelease(input: $input) {
    lease {
      status
      connectionId: id
      durationMs
    }
    ${userErrors}
  }
}
`,
    parameters: [
      { variable: 'input.leaseId', source: 'BODY', name: 'connection_id' },
      { variable: 'input.serviceName', source: 'BODY', name: 'service_name' },
    ],
    resultPath: 'connectionRelease.lease',
  },
  {
    ...spelled,
    id: routeId(22),
    method: 'POST',
    path: '/api/v1/data/query',
    description: 'Rows of a table that the caller may see, in pages.',
    document: `query DataQuery($input: DataQueryInput!) {
  dataQuery(input: $input) {
    data: rows
    pagination {
      page
      limit
      total
      pages
    }
    executionTimeMs
    cached
  }
}
`,
    parameters: body,
    resultPath: 'dataQuery',
  },
  {
    ...spelled,
    id: routeId(23),
    method: 'POST',
    path: '/api/v1/data/transaction',
    description: 'Executes operations on several databases: all of them or none.',
    document: `mutation DataTransactionExecute($input: DataTransactionExecuteInput!) {
  dataTransactionExecute(input: $input) {
    transaction {
      transactionId: id
      status
      results {
        operation
        status
        data
        error
      }
      executionTimeMs
    }
    ${userErrors}
  }
}
`,
    parameters: body,
    resultPath: 'dataTransactionExecute.transaction',
  },
  {
    ...spelled,
    id: routeId(24),
    method: 'GET',
    path: '/api/v1/migrations/status',
    description: 'How the databases stand to their migrations.',
    document: `query MigrationStatus($schema: String) {
  migrationStatus(schema: $schema) {
    currentVersion
    pendingMigrations: pending {
      schema
      version
      description
      estimatedDuration
      advice
    }
    lastMigration: last {
      schema
      version
      appliedAt
      durationMs
    }
    faults
  }
}
`,
    parameters: [{ variable: 'schema', source: 'QUERY', name: 'schema' }],
    resultPath: 'migrationStatus',
  },
  {
    ...spelled,
    id: routeId(25),
    method: 'POST',
    path: '/api/v1/migrations/run',
    description: 'Applies what is not applied, or tells what that would be.',
    document: `mutation MigrationsRun($input: MigrationsRunInput!) {
  migrationsRun(input: $input) {
    run {
      migrationId: id
      status
      progress {
        currentStep
        totalSteps
        estimatedRemaining
      }
      sql
      advice
    }
    ${userErrors}
  }
}
`,
    parameters: body,
    resultPath: 'migrationsRun.run',
  },
];
