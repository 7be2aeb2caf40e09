import { BillfoldError } from '../../../../kernel/errors.ts'
import { requestIssue } from '../transaction-format.ts'
import type { AbiTypeInput } from '../transaction-request.ts'
import { transactionLimits } from '../../limits.ts'

/** A type of the Solidity contract ABI, parsed. */
export type AbiType =
  | { readonly kind: 'elementary'; readonly name: string }
  | { readonly kind: 'array'; readonly inner: AbiType; readonly length: number | undefined }
  | { readonly kind: 'tuple'; readonly components: readonly AbiType[] }

const elementary = /^(?:address|bool|string|bytes|bytes[0-9]{1,2}|u?int|u?int[0-9]{1,3})$/

/**
 * Parses a type strictly. Arrays and tuples are nested at most four deep.
 * @throws BillfoldError `input.invalid` naming the field
 */
export function parseAbiType(input: AbiTypeInput, field: string, depth = 0): AbiType {
  const text = input.type
  if (text.length > transactionLimits.typeLength || depth > transactionLimits.arrayDepth) throw unsupported(field)
  const array = /^(.+)\[([0-9]{0,4})\]$/.exec(text)
  if (array !== null) {
    if (array[2] === '0') throw unsupported(field)
    const inner = parseAbiType({ ...input, type: array[1] ?? '' }, field, depth + 1)
    return { kind: 'array', inner, length: array[2] === '' ? undefined : Number(array[2]) }
  }
  if (text === 'tuple') return tupleOf(input.components ?? [], field, depth)
  if (text.startsWith('(') && text.endsWith(')'))
    return tupleOf(
      splitComponents(text.slice(1, -1)).map((type) => ({ type })),
      field,
      depth,
    )
  if (!elementary.test(text)) throw unsupported(field)
  return { kind: 'elementary', name: text.replace(/^(u?int)$/, '$1256') }
}

/** Formats a type as it stands in a function signature: `uint` is `uint256`, a tuple has parentheses (ABI specification, "Types"). */
export function formatAbiType(type: AbiType): string {
  if (type.kind === 'elementary') return type.name
  if (type.kind === 'tuple') return `(${type.components.map(formatAbiType).join(',')})`
  return `${formatAbiType(type.inner)}[${type.length ?? ''}]`
}

function tupleOf(components: readonly AbiTypeInput[], field: string, depth: number): AbiType {
  if (components.length === 0 || components.length > transactionLimits.inputs) throw unsupported(field)
  return { kind: 'tuple', components: components.map((component) => parseAbiType(component, field, depth + 1)) }
}

/** Splits at the commas that are in no inner parentheses. */
function splitComponents(text: string): string[] {
  const parts = ['']
  let open = 0
  for (const character of text) {
    if (character === '(') open++
    if (character === ')') open--
    if (character === ',' && open === 0) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}

function unsupported(field: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [requestIssue(field, 'has an unsupported type')] })
}
