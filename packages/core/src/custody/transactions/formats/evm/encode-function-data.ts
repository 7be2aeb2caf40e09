import { createContract, parseAbi } from 'micro-eth-signer/abi.js'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { type AbiType, formatAbiType, parseAbiType } from './abi-types.ts'
import { parseAbiValue } from './abi-values.ts'
import { requestIssue } from '../transaction-format.ts'
import { transactionLimits } from '../../limits.ts'
import type { AbiTypeInput, ContractInput } from '../transaction-request.ts'

/**
 * Encodes the call data of a contract function: its selector and arguments (Solidity Contract ABI Specification).
 * @throws BillfoldError `input.invalid`
 */
export function encodeFunctionData(functionName: string, inputs: readonly ContractInput[]): Uint8Array {
  if (!/^[a-zA-Z_$][a-zA-Z0-9_$]*$/.test(functionName) || functionName.length > transactionLimits.nameLength)
    throw invalid('functionName', 'is not a valid function name')
  if (inputs.length > transactionLimits.inputs)
    throw invalid('inputs', `has more than ${transactionLimits.inputs} values`)
  const types = inputs.map((input, index) => parseAbiType(withComponents(input), `inputs.${index}`))
  const values = inputs.map(({ value }, index) => {
    const type = types[index]
    return type === undefined ? undefined : parseAbiValue(type, value, `inputs.${index}`)
  })
  try {
    return encode(functionName, types, values)
  } catch (cause) {
    throw new BillfoldError('input.invalid', { issues: [requestIssue('inputs', 'cannot be encoded')], cause })
  }
}

function encode(functionName: string, types: readonly AbiType[], values: readonly unknown[]): Uint8Array {
  // The name is set after parsing, because function names may be reserved words of the signature parser.
  const signature = `function f(${types.map(formatAbiType).join(',')})`
  const [parsed] = Object.values(
    createContract([...parseAbi([signature])].map((item) => ({ ...item, name: functionName }))),
  )
  if (parsed === undefined) throw new RangeError('parsing the function signature returned no function')
  return parsed.encodeInput(values.length === 1 ? values[0] : values)
}

/** A `tuple` without components has the types of its values: `[{type, value}, …]`, or for an array those of its first item. */
function withComponents({ type, value, components }: ContractInput, depth = 0): AbiTypeInput {
  if (components !== undefined || !/^tuple(?:\[[0-9]*\])*$/.test(type) || depth > transactionLimits.arrayDepth)
    return { type, components }
  let items: unknown = value
  for (let dimension = type.split('[').length - 1; dimension > 0; dimension--)
    items = Array.isArray(items) ? items[0] : undefined
  if (!Array.isArray(items)) return { type, components }
  const typed = items.filter(isContractInput)
  return { type, components: typed.map((item) => withComponents(item, depth + 1)) }
}

function isContractInput(item: unknown): item is ContractInput {
  return typeof item === 'object' && item !== null && 'type' in item && typeof item.type === 'string'
}

function invalid(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [requestIssue(field, message)] })
}
