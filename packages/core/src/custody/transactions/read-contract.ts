import type { CustodyServices } from '../services.ts'
import { callNode, getChainClient } from '../chain-clients/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { parseAbiAddress } from './formats/evm/abi-values.ts'
import { type DecodedValue, decodeOutput } from './formats/evm/decode-output.ts'
import { encodeFunctionData } from './formats/evm/encode-function-data.ts'
import { transactionLimits } from './limits.ts'
import { assertTransactionsSupported } from './formats/families.ts'
import { requestIssue } from './formats/transaction-format.ts'
import type { AbiTypeInput, ContractInput } from './formats/transaction-request.ts'

/** A call of a contract function that changes nothing. */
export interface ContractRead {
  /** The address that the contract sees as the caller. Default: the zero address. */
  readonly walletAddress?: string | undefined
  readonly contractAddress: string
  readonly functionName: string
  readonly inputs: readonly ContractInput[]
  readonly outputs: readonly AbiTypeInput[]
}

/**
 * Reads a contract of an EVM chain (`eth_call`), and decodes what it returns.
 * @throws BillfoldError `input.invalid`, `transaction.unsupported-type` if the chain is no EVM chain,
 *   `transaction.reverted`, `transaction.chain-unavailable`
 */
export async function readContract(
  services: CustodyServices,
  secretType: string,
  read: ContractRead,
): Promise<readonly DecodedValue[]> {
  const call = {
    from: read.walletAddress === undefined ? zeroAddress : parseAbiAddress(read.walletAddress, 'walletAddress'),
    to: parseAbiAddress(read.contractAddress, 'contractAddress'),
    value: 0n,
    data: encodeFunctionData(read.functionName, read.inputs),
  }
  assertTransactionsSupported(services.chainConnections, secretType)
  const client = getChainClient(services.chainConnections, secretType)
  if (client.family !== 'evm') throw new BillfoldError('transaction.unsupported-type')
  const data = await callNode(client, services.logger, () => client.call(call))
  if (data.length === 0 && read.outputs.length > 0) throw new BillfoldError('input.invalid', { issues: [noContract] })
  // A caller may name any contract, whose result must not occupy the process.
  if (data.length > maxResultBytes) throw new BillfoldError('input.invalid', { issues: [tooMuch] })
  return decodeOutput(read.outputs, data)
}

/** 64 KiB, as call data. */
const maxResultBytes = (transactionLimits.dataLength - 2) / 2

const tooMuch = requestIssue('contractAddress', 'returns more than 64 KiB')

const zeroAddress = `0x${'0'.repeat(40)}`

/** An address without code, and a contract without the function whose fallback accepts any call, return nothing. */
const noContract = requestIssue('contractAddress', 'is no contract with this function')
