import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { transactionLimits } from '../transactions/limits.ts'
import { contractInputSchema } from './contract-schemas.ts'
import { idSchema, optionalField, pincodeSchema, secretTypeField } from './schemas.ts'

const amount = z.union([z.number().nonnegative(), z.string().max(transactionLimits.amountLength)])
const address = z.string().min(1).max(transactionLimits.addressLength)
const count = z.number().int().nonnegative()

const chainSpecificFields = z.object({
  nonce: optionalField(count),
  gasLimit: optionalField(amount),
  gasPrice: optionalField(amount),
  maxFeePerGas: optionalField(amount),
  maxPriorityFeePerGas: optionalField(amount),
  maxReplacementFeePerGas: optionalField(
    amount.describe(
      'EVM: the maximum fee per gas, in wei, up to which the fee of the pending transaction may be bumped',
    ),
  ),
  feeRate: optionalField(amount.describe('Bitcoin, Litecoin: the fee rate, in satoshis per virtual byte')),
  maxReplacementFeeRate: optionalField(
    amount.describe(
      'Bitcoin, Litecoin: the maximum fee rate, in satoshis per virtual byte, up to which the fee of the pending transaction may be bumped',
    ),
  ),
  feeLimit: optionalField(amount.describe('TRON: the most that a contract call may burn for energy, in sun')),
  fee: optionalField(amount),
  ttl: optionalField(count),
})

const common = {
  secretType: secretTypeField,
  walletId: idSchema,
  to: address,
  chainSpecificFields: optionalField(chainSpecificFields),
  status: optionalField(z.enum(['SAVED', 'READY'])).describe(
    'SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once',
  ),
}

const transfer = {
  ...common,
  value: amount.describe('In whole units: 0.1'),
  data: optionalField(z.string().max(transactionLimits.dataLength)),
}

/** A transaction as the API takes it. */
export const transactionRequestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('TRANSFER'), ...transfer }),
  z.object({ type: z.literal('GAS_TRANSFER'), ...transfer }),
  z.object({
    type: z.literal('TOKEN_TRANSFER'),
    ...common,
    tokenAddress: address,
    value: amount.describe('In whole tokens'),
  }),
  z.object({
    type: z.literal('NFT_TRANSFER'),
    ...common,
    tokenAddress: address,
    tokenId: amount,
    amount: optionalField(amount),
  }),
  z.object({
    type: z.literal('CONTRACT_EXECUTION'),
    ...common,
    functionName: z.string().max(transactionLimits.nameLength),
    inputs: optionalField(z.array(contractInputSchema).max(transactionLimits.inputs)),
    value: optionalField(amount).describe('In minor units (wei), unlike in the other types'),
  }),
])

/** A transaction as the API takes it. */
export type TransactionRequestBody = z.output<typeof transactionRequestSchema>

/**
 * The body of a transaction: with `transactionRequest`, or with the fields of the transaction beside the pincode, as some
 * clients send them.
 */
export const transactionBodySchema = z.looseObject({
  pincode: optionalField(pincodeSchema),
  transactionRequest: optionalField(transactionRequestSchema),
})

/** Returns the transaction of a body in either form. @throws BillfoldError `input.invalid` with the paths of the form that was sent */
export function parseTransactionBody(body: z.output<typeof transactionBodySchema>): TransactionRequestBody {
  if (body.transactionRequest !== undefined) return body.transactionRequest
  if (body['type'] === undefined) throw new BillfoldError('input.invalid', { issues: [requestMissing] })
  const parsed = transactionRequestSchema.safeParse(body)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
  throw new BillfoldError('input.invalid', { issues })
}

const requestMissing = { path: 'transactionRequest', message: 'is required' }
