import type { ChainCallAccount } from '../../../../platform/acts/act.ts'
import type { SolanaClient } from '../../../chain-clients/index.ts'
import { parseAbiInteger } from '../evm/abi-values.ts'
import type { ReservingContext } from '../reserving-format.ts'
import type { ChainSpecificFields, SolanaAccount } from '../transaction-request.ts'
import { parseUnits } from '../units.ts'
import { type Action, computeUnits, invalidRequest, parseAddress, type RequestOf } from './action.ts'
import { encodeInstructionData } from './encode-arguments.ts'
import { programs } from './programs.ts'

/** Programs that have types of requests of their own, or that would set what the caller is not to set. */
const refused: ReadonlyMap<string, string> = new Map([
  [programs.system, 'is the System program, which is used by TRANSFER only'],
  [programs.computeBudget, 'is the Compute Budget program, which is used by chainSpecificFields only'],
])

/**
 * Calls a program with the accounts of the request. What the program moves is not known. Only the wallet signs, and only where the request says so,
 * since a program can pass a signature on to other programs.
 */
export async function buildExecution(
  request: RequestOf<'CONTRACT_EXECUTION'>,
  client: SolanaClient,
  { from, callNode }: ReservingContext,
): Promise<Action> {
  const program = parseAddress(request.to, 'to')
  const reason = refused.get(program)
  if (reason !== undefined) throw invalidRequest('to', reason)
  if (parseUnits(request.value ?? '0', 0, 'transactionRequest.value') !== 0n)
    throw invalidRequest('value', 'must be 0: a call on this chain sends no coins')
  const { accounts: requested = [], computeUnitLimit } = request.chainSpecificFields ?? {}
  const data = encodeInstructionData(request.functionName, request.inputs ?? [])
  const accounts = requested.map((account, index) => toAccount(account, index, from))
  const units = parseUnitLimit(computeUnitLimit)
  if ((await callNode(() => client.accountOwner(program))) === undefined)
    throw invalidRequest('to', 'is not a program of this chain')
  return {
    instructions: [{ program, accounts, data }],
    call: { to: program, value: 0n, data, accounts },
    computeUnits: units,
  }
}

function toAccount({ address, isSigner, isWritable }: SolanaAccount, index: number, wallet: string): ChainCallAccount {
  const field = `chainSpecificFields.accounts.${index}`
  const account = parseAddress(address, `${field}.address`)
  if (isSigner === true && account !== wallet)
    throw invalidRequest(`${field}.isSigner`, 'is true for another account than the wallet, which alone signs')
  return { address: account, isSigner: isSigner === true, isWritable: isWritable === true }
}

function parseUnitLimit(limit: ChainSpecificFields['computeUnitLimit']): number {
  if (limit === undefined) return computeUnits.call
  const units = parseAbiInteger(true, 32, limit, 'chainSpecificFields.computeUnitLimit')
  if (units < 1n || units > BigInt(computeUnits.max))
    throw invalidRequest('chainSpecificFields.computeUnitLimit', `must be 1 to ${computeUnits.max}`)
  return Number(units)
}
