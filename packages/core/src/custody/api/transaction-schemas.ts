import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { transactionLimits } from '../transactions/limits.ts'
import { contractInputSchema } from './contract-schemas.ts'
import { idSchema, optionalField, pincodeSchema, secretTypeField } from './schemas.ts'

const amount = z.union([z.number().nonnegative(), z.string().max(transactionLimits.amountLength)])
const address = z.string().min(1).max(transactionLimits.addressLength)
const count = z.number().int().nonnegative()

const solanaAccount = z.object({
  address: address.describe('In base58'),
  isSigner: optionalField(z.boolean()).describe('True only for the wallet, which alone signs'),
  isWritable: optionalField(z.boolean()),
})

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
  computeUnitPrice: optionalField(
    amount.describe('SOLANA: the priority fee, in millionths of a lamport per compute unit'),
  ),
  computeUnitLimit: optionalField(
    amount.describe('SOLANA: the compute units that the call of a program may take. Default: 200,000'),
  ),
  accounts: optionalField(
    z
      .array(solanaAccount)
      .max(transactionLimits.programAccounts)
      .describe('SOLANA: the accounts that a called program gets, in its order'),
  ),
  feeLimit: optionalField(amount.describe('TRON: the most that a contract call may burn for energy, in sun')),
  fee: optionalField(amount),
  ttl: optionalField(count),
})

const sender = {
  secretType: secretTypeField,
  walletId: idSchema,
  chainSpecificFields: optionalField(chainSpecificFields),
  status: optionalField(z.enum(['SAVED', 'READY'])).describe(
    'SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once',
  ),
}

const transfer = {
  to: address,
  value: amount.describe('In whole units: 0.1'),
  data: optionalField(z.string().max(transactionLimits.dataLength)),
}
const tokenTransfer = { to: address, tokenAddress: address, value: amount.describe('In whole tokens') }
const nftTransfer = {
  to: address,
  tokenAddress: address,
  tokenId: optionalField(amount.describe('EVM: the token in its contract. SOLANA: absent, or tokenAddress again')),
  amount: optionalField(amount),
}
const execution = {
  to: address,
  functionName: z
    .string()
    .max(transactionLimits.nameLength)
    .describe('SOLANA: the instruction of an Anchor program, or empty for a program without names'),
  inputs: optionalField(z.array(contractInputSchema).max(transactionLimits.inputs)),
  value: optionalField(amount).describe('In minor units (wei), unlike in the other types'),
}

const batchedRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('TRANSFER'), ...transfer }),
  z.object({ type: z.literal('GAS_TRANSFER'), ...transfer }),
  z.object({ type: z.literal('TOKEN_TRANSFER'), ...tokenTransfer }),
  z.object({ type: z.literal('NFT_TRANSFER'), ...nftTransfer }),
  z.object({ type: z.literal('CONTRACT_EXECUTION'), ...execution }),
])

/** A transaction as the API takes it. */
export const transactionRequestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('TRANSFER'), ...sender, ...transfer }),
  z.object({ type: z.literal('GAS_TRANSFER'), ...sender, ...transfer }),
  z.object({ type: z.literal('TOKEN_TRANSFER'), ...sender, ...tokenTransfer }),
  z.object({ type: z.literal('NFT_TRANSFER'), ...sender, ...nftTransfer }),
  z.object({ type: z.literal('CONTRACT_EXECUTION'), ...sender, ...execution }),
  z.object({
    type: z.literal('BATCH'),
    ...sender,
    calls: z
      .array(batchedRequest)
      .min(1)
      .max(transactionLimits.batchCalls)
      .describe('Contract accounts: transfers and calls, all of which are executed, or none'),
  }),
  z.object({
    type: z.literal('DELEGATION'),
    ...sender,
    delegate: address.describe(
      'EVM: the contract whose code the account gets (EIP-7702), one that the host allows; the zero address ends a delegation',
    ),
    to: optionalField(address).describe('Default: the account itself'),
    value: optionalField(amount).describe('In whole units: 0.1'),
    data: optionalField(z.string().max(transactionLimits.dataLength)),
    anyChain: optionalField(z.boolean()).describe(
      'True for an authorization for every chain, where the host allows it',
    ),
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
