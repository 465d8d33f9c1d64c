import type { DataExport as DataExportRow } from '@kronos/prisma-users';
import {
  connection,
  decodeId,
  encodeId,
  forbidden,
  notFound,
  requireOwnLogin,
  subscription,
  tryDecodeId,
  unseal,
} from '@kronos/subgraph';
import type {
  DataExportPartResolvers,
  DataExportResolvers,
  QueryResolvers,
  SubscriptionDataExportUpdatedArgs,
  UserResolvers,
} from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { isSelfOr } from '../self-or-scope.ts';

/** Bounds what is decrypted for one answer: a part has up to some hundred kilobytes. */
const largestPage = 10;

/** An export, for the person and those who may export anyone; null for all others, as if there were none. */
export const dataExport: QueryResolvers['dataExport'] = (_parent, { id }, context) =>
  find(decodeId('data_export', id), context);

/** Someone's exports that have not expired, for themselves and those who may export anyone. */
export const dataExports: UserResolvers['dataExports'] = ({ id: userId }, _args, { loaders, viewer }) =>
  isSelfOr(viewer, userId, 'users:export') ? loaders.exportsOf.load(userId) : null;

export const DataExport: DataExportResolvers = {
  __resolveReference({ id }, context) {
    const exportId = tryDecodeId('data_export', id);
    return exportId ? find(exportId, context) : null;
  },
  id: ({ id }) => encodeId('data_export', id),
  user: ({ userId }, _args, { findUser }) => findUser(userId),
  steps: ({ id }, _args, { loaders }) => loaders.exportSteps.load(id),
  parts: ({ id }, { first, after }, { db }) =>
    connection({
      delegate: db.dataExportPart,
      args: { first, after },
      where: { exportId: id },
      orderBy: [
        { field: 'domain', direction: 'ASC' },
        { field: 'number', direction: 'ASC' },
      ],
      defaultPageSize: largestPage,
      maxPageSize: largestPage,
    }),
};

export const DataExportPart: DataExportPartResolvers = {
  async content({ content, exportId }, _args, { db, viewer }) {
    requireOwnLogin(viewer);
    // Prisma makes one query of those for a page.
    const found = await db.dataExport.findUnique({ where: { id: exportId }, select: { privateKey: true } });
    if (!found) throw notFound('The export has expired.');
    return unseal(content, found.privateKey as object);
  },
};

/** How far an export has come, live. */
export const dataExportUpdated = subscription(
  {
    domain: 'users',
    names: ['dataExportUpdated'],
    key: ({ id }: SubscriptionDataExportUpdatedArgs) => decodeId('data_export', id),
    async authorize({ id }: SubscriptionDataExportUpdatedArgs, context: Context) {
      if (!(await find(decodeId('data_export', id), context))) throw forbidden();
    },
    async resolve({ payload }, _args, context: Context) {
      const found = await find(payload.requestId, context);
      if (!found) throw notFound('There is no such export any more.');
      return { dataExport: found };
    },
  },
  ({ log }: Context) => log,
);

async function find(id: string, { db, viewer }: Context): Promise<DataExportRow | null> {
  const row = await db.dataExport.findUnique({ where: { id, expiresAt: { gt: new Date() } } });
  return row && isSelfOr(viewer, row.userId, 'users:export') ? row : null;
}
