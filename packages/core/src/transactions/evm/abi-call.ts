import { createContract, parseAbi } from 'micro-eth-signer/abi.js'
import { BillfoldError } from '../../errors.ts'
import { abiValue, canonicalType } from './abi-values.ts'
import { wrongField } from '../format.ts'
import { transactionLimits } from '../limits.ts'
import type { ContractInput } from '../request.ts'

/**
 * The call data of a contract's function: its selector and its arguments (Solidity contract ABI specification).
 * @throws BillfoldError `input.invalid`
 */
export function abiCall(functionName: string, inputs: readonly ContractInput[]): Uint8Array {
  if (!/^[a-zA-Z_$][a-zA-Z0-9_$]*$/.test(functionName) || functionName.length > transactionLimits.nameLength)
    throw invalid('functionName', 'is not the name of a function')
  if (inputs.length > transactionLimits.inputs)
    throw invalid('inputs', `has more than ${transactionLimits.inputs} values`)
  const values = inputs.map(({ type, value }, index) => abiValue(type, value, `inputs.${index}`))
  try {
    return encode(
      functionName,
      inputs.map(({ type }) => canonicalType(type)),
      values,
    )
  } catch (cause) {
    throw new BillfoldError('input.invalid', { issues: [wrongField('inputs', 'cannot be encoded')], cause })
  }
}

function encode(functionName: string, types: readonly string[], values: readonly unknown[]): Uint8Array {
  // The name is put in last, since the words of the language that signatures are read in are names of functions, too.
  const [parsed] = Object.values(
    createContract([...parseAbi([`function f(${types.join(',')})`])].map((item) => ({ ...item, name: functionName }))),
  )
  if (parsed === undefined) throw new RangeError('no function')
  return parsed.encodeInput(values.length === 1 ? values[0] : values)
}

function invalid(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [wrongField(field, message)] })
}
