import { createContract, parseAbi } from 'micro-eth-signer/abi.js'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { parseAbiValue, canonicalAbiType } from './abi-values.ts'
import { requestIssue } from '../transaction-format.ts'
import { transactionLimits } from '../../limits.ts'
import type { ContractInput } from '../transaction-request.ts'

/**
 * Encodes the call data of a contract function: its selector and arguments (Solidity Contract ABI Specification).
 * @throws BillfoldError `input.invalid`
 */
export function encodeFunctionData(functionName: string, inputs: readonly ContractInput[]): Uint8Array {
  if (!/^[a-zA-Z_$][a-zA-Z0-9_$]*$/.test(functionName) || functionName.length > transactionLimits.nameLength)
    throw invalid('functionName', 'is not a valid function name')
  if (inputs.length > transactionLimits.inputs)
    throw invalid('inputs', `has more than ${transactionLimits.inputs} values`)
  const values = inputs.map(({ type, value }, index) => parseAbiValue(type, value, `inputs.${index}`))
  try {
    return encode(
      functionName,
      inputs.map(({ type }) => canonicalAbiType(type)),
      values,
    )
  } catch (cause) {
    throw new BillfoldError('input.invalid', { issues: [requestIssue('inputs', 'cannot be encoded')], cause })
  }
}

function encode(functionName: string, types: readonly string[], values: readonly unknown[]): Uint8Array {
  // The name is set after parsing, because function names may be reserved words of the signature parser.
  const [parsed] = Object.values(
    createContract([...parseAbi([`function f(${types.join(',')})`])].map((item) => ({ ...item, name: functionName }))),
  )
  if (parsed === undefined) throw new RangeError('parsing the function signature returned no function')
  return parsed.encodeInput(values.length === 1 ? values[0] : values)
}

function invalid(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [requestIssue(field, message)] })
}
