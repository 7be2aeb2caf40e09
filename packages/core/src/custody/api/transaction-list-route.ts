import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { listTransactions, toStoredStatus } from '../transactions/list-transactions.ts'
import type { TransactionRow } from '../transactions/transaction-row.ts'
import { listWalletsById } from '../wallets/find.ts'
import type { CustodyContext } from './context.ts'
import { selectReachableWallets } from './custody-user.ts'
import { readPage } from './pagination.ts'
import { custodySuccessReply } from './response-format.ts'
import { custodyPaging, idSchema, pageSchema, secretTypeField } from './schemas.ts'

const statuses = ['PENDING', 'SUCCEEDED', 'FAILED', 'OVERRIDDEN'] as const

const transactionBody = z
  .object({
    id: z.string(),
    createdAt: z.string(),
    transactionHash: z.string(),
    transactionRequest: z.object({
      id: z.string(),
      walletId: z.string(),
      secretType: secretTypeField,
      type: z.string(),
      status: z.enum(statuses).describe('A transaction is PENDING until the chain says that it is final'),
    }),
  })
  .meta({ id: 'Transaction' })

/** The route that lists the transactions of the wallets. */
export function transactionListRoute({ services, service }: CustodyContext): Route {
  return route({
    id: 'listTransactions',
    method: 'GET',
    path: '/api/transactions',
    summary: 'List the transactions that were sent, newest first by default',
    guard: service,
    query: z.object({
      ...custodyPaging,
      statuses: z
        .string()
        .max(256)
        .transform((text) => text.split(','))
        .pipe(z.array(z.enum(statuses)))
        .optional()
        .describe('Separated by commas'),
      userId: idSchema.optional(),
      sortOn: z.literal('createdAt').optional(),
      sortOrder: z
        .string()
        .regex(/^(asc|desc)$/i)
        .transform((order) => (order.toLowerCase() === 'asc' ? ('asc' as const) : ('desc' as const)))
        .optional(),
    }),
    replies: { 200: { description: 'A page of transactions', schema: pageSchema(transactionBody) } },
    handler: async ({ query }, { caller }) => {
      const { items, pagination } = await readPage(query, (offset, limit) =>
        listTransactions(services, caller.tenant, query, { offset, limit, sortOrder: query.sortOrder }),
      )
      const wallets = await listWalletsById(services, caller.tenant, [
        ...new Set(items.map(({ walletId }) => walletId)),
      ])
      const reachable = new Set((await selectReachableWallets(services, caller, wallets)).map(({ id }) => id))
      const shown = items.filter(({ walletId }) => reachable.has(walletId))
      return custodySuccessReply(shown.map(toTransactionBody), pagination)
    },
  })
}

function toTransactionBody(row: TransactionRow): z.output<typeof transactionBody> {
  const { id, walletId, secretType, type, hash, createdAt } = row
  return {
    id,
    createdAt: new Date(createdAt).toISOString(),
    transactionHash: hash,
    transactionRequest: { id, walletId, secretType, type, status: toStoredStatus(row) },
  }
}
