import type { ChainCall } from '../../../../platform/acts/act.ts'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { isAddressOf } from '../../../wallets/chains/is-address.ts'
import { requestIssue } from '../transaction-format.ts'
import type { TransactionRequest } from '../transaction-request.ts'
import type { Instruction } from './message.ts'

/** What a transaction does, and how much computing it may take. */
export interface Action {
  readonly instructions: readonly Instruction[]
  readonly call: ChainCall
  readonly computeUnits: number
}

/** A request of certain types. */
export type RequestOf<T extends TransactionRequest['type']> = Extract<TransactionRequest, { readonly type: T }>

/** Compute units, with a margin: of the budget and a transfer, of a token transfer, of a new token account, and of a call by default and at most. */
export const computeUnits = {
  base: 1_000,
  tokenTransfer: 20_000,
  newTokenAccount: 50_000,
  call: 200_000,
  max: 1_400_000,
} as const

/** Parses an address in base58. @throws BillfoldError `input.invalid` naming the field */
export function parseAddress(text: string, field: string): string {
  if (!isAddressOf('SOLANA', text)) throw invalidRequest(field, 'is not an address of this chain')
  return text
}

/** Creates the error of a field of the request. */
export function invalidRequest(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [requestIssue(field, message)] })
}
