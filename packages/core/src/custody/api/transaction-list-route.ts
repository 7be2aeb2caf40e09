import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { listSavedRequests, precedesIn } from '../saved-requests/list-requests.ts'
import { mergePages, type ReadPart } from '../saved-requests/merge-pages.ts'
import type { SavedRequestRow } from '../saved-requests/saved-request.ts'
import { listTransactions } from '../transactions/list-transactions.ts'
import type { TransactionRow } from '../transactions/transaction-row.ts'
import type { CustodyContext } from './context.ts'
import { visibleUserOrigins } from './custody-user.ts'
import { readPage } from './pagination.ts'
import { custodySuccessReply } from './response-format.ts'
import {
  toSavedTransactionBody,
  toTransactionBody,
  transactionBody,
  transactionStatuses,
} from './saved-request-bodies.ts'
import { booleanQuerySchema, custodyPaging, idSchema, pageSchema, sortOrderQuery, statusesQuery } from './schemas.ts'

/** The route that lists the transactions of the wallets: those that were sent, and those that are saved. */
export function transactionListRoute({ services, service }: CustodyContext): Route {
  return route({
    id: 'listTransactions',
    method: 'GET',
    path: '/api/transactions',
    summary:
      'List the transactions that were sent or are saved, in the order in which they were asked for, newest first by default',
    guard: service,
    query: z.object({
      ...custodyPaging,
      statuses: statusesQuery(transactionStatuses),
      userId: idSchema.optional(),
      includeUsers: booleanQuerySchema.optional().describe('False for those of wallets without a user only'),
      sortOn: z.literal('createdAt').optional(),
      sortOrder: sortOrderQuery,
    }),
    replies: { 200: { description: 'A page of transactions', schema: pageSchema(transactionBody) } },
    handler: async ({ query }, { caller }) => {
      const { sortOrder = 'desc', statuses, userId } = query
      const filter = { statuses, userId, userOrigins: visibleUserOrigins(caller, query.includeUsers) }
      const sent: ReadPart<TransactionRow | SavedRequestRow> = (offset, limit) =>
        listTransactions(services, caller.tenant, filter, { offset, limit, sortOrder })
      const saved: ReadPart<TransactionRow | SavedRequestRow> = listSavedRequests(
        services,
        caller.tenant,
        'transaction',
        filter,
        sortOrder,
      )
      const { items, pagination } = await readPage(query, mergePages(sent, saved, precedesIn(sortOrder)))
      const now = services.now()
      return custodySuccessReply(
        items.map((row) => ('kind' in row ? toSavedTransactionBody(row, now) : toTransactionBody(row))),
        pagination,
      )
    },
  })
}
