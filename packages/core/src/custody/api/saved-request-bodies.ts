import { z } from 'zod'
import { type SavedRequestRow, toSavedStatus } from '../saved-requests/saved-request.ts'
import { toStoredStatus } from '../transactions/list-transactions.ts'
import type { TransactionRow } from '../transactions/transaction-row.ts'
import { toSignatureRequestType, toTransactionRequestType } from './request-types.ts'
import { secretTypeField } from './schemas.ts'

/** The statuses of transactions, those that wait included. */
export const transactionStatuses = [
  'SAVED',
  'READY',
  'PENDING',
  'SUCCEEDED',
  'FAILED',
  'OVERRIDDEN',
  'EXPIRED',
  'CANCELED',
] as const

/** The statuses of requests for a signature. */
export const signatureStatuses = ['SAVED', 'READY', 'SIGNED', 'EXPIRED', 'CANCELED'] as const

/** The body of a transaction that was sent, or is saved. */
export const transactionBody = z
  .object({
    id: z.string(),
    createdAt: z.string(),
    expiresAt: z
      .string()
      .optional()
      .describe('Until when a saved transaction can be confirmed, or a ready one executed'),
    transactionHash: z.string().optional().describe('Absent until the transaction is sent'),
    transactionRequest: z
      .looseObject({
        id: z.string(),
        walletId: z.string(),
        secretType: secretTypeField,
        type: z.string().describe('ETH_TRANSACTION, MATIC_ERC20_TRANSACTION, ...'),
        transferType: z.string().describe('The type of the request: TRANSFER, TOKEN_TRANSFER, ...'),
        status: z.enum(transactionStatuses).describe('A transaction is PENDING until the chain says that it is final'),
      })
      .describe('Of one transaction that waits, with the fields of its request'),
  })
  .meta({ id: 'Transaction' })

/** The body of a request for a signature that is signed later. */
export const savedSignatureBody = z.object({
  id: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  type: z.string().describe('ETHEREUM_RAW for a message, ETHEREUM_EIP712, ...'),
  signatureRequest: z.object({
    id: z.string(),
    walletId: z.string(),
    secretType: secretTypeField,
    status: z.enum(signatureStatuses),
    type: z.string(),
    data: z.unknown().optional().describe('Absent in lists, and once the request is final'),
    hash: z.boolean().describe('True if a hash of the data is signed'),
  }),
})

/** Formats a transaction that was sent. */
export function toTransactionBody(row: TransactionRow): z.output<typeof transactionBody> {
  const { id, walletId, secretType, type, hash, createdAt } = row
  const names = { type: toTransactionRequestType(secretType, type), transferType: type }
  return {
    id,
    createdAt: new Date(createdAt).toISOString(),
    transactionHash: hash,
    transactionRequest: { id, walletId, secretType, ...names, status: toStoredStatus(row) },
  }
}

/** Formats a saved transaction. @param request what is asked for, for one that is shown alone */
export function toSavedTransactionBody(
  row: SavedRequestRow,
  now: number,
  request: object = {},
): z.output<typeof transactionBody> {
  const { id, walletId, secretType, type, createdAt, expiresAt } = row
  const status = toSavedStatus(row, now)
  const names = { type: toTransactionRequestType(secretType, type), transferType: type }
  return {
    id,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    // A transaction that was signed is in the table of transactions.
    transactionRequest: {
      ...request,
      id,
      walletId,
      secretType,
      ...names,
      status: status === 'SIGNED' ? 'PENDING' : status,
    },
  }
}

/**
 * Formats a saved request for a signature. The reply that saves it has the type of the request, every later one that of the signature:
 * the clients read two models.
 * @param content the data, for a request that is shown alone
 */
export function toSavedSignatureBody(
  row: SavedRequestRow,
  now: number,
  content: { readonly data?: unknown } = {},
  model: 'saved' | 'later' = 'later',
): z.output<typeof savedSignatureBody> {
  const { id, walletId, secretType, createdAt, expiresAt } = row
  const type = toSignatureRequestType(secretType, row.type)
  return {
    id,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    type,
    signatureRequest: {
      id,
      walletId,
      secretType,
      status: toSavedStatus(row, now),
      type: model === 'saved' ? type : 'HEX_SIGNATURE',
      ...(content.data !== undefined && { data: content.data }),
      hash: row.type === 'MESSAGE' || row.type === 'EIP712',
    },
  }
}
