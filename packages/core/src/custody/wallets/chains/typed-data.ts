import { keccak_256 } from '@noble/hashes/sha3.js'
import { z } from 'zod'
import { encodeTypedValue, isElementaryType, typedValueError } from './typed-values.ts'

/** Limits of the typed data of one signature, which bound the time that hashing it takes to some 50 ms; 128 orders of a marketplace fit. */
const limits = {
  types: 64,
  typeCharacters: 16 * 1024,
  nameCharacters: 256,
  values: 4096,
  depth: 64,
  /** So many characters of types take as long to hash as a value, and count as one. */
  charactersPerValue: 256,
} as const

const field = z.object({ name: z.string(), type: z.string() })
type Field = z.output<typeof field>

const typedDataSchema = z.object({
  types: z.record(z.string(), z.array(field)),
  primaryType: z.string(),
  domain: z.record(z.string(), z.unknown()),
  message: z.record(z.string(), z.unknown()).default({}),
})

/** The five fields of a domain ("Definition of domainSeparator"), in order. */
const domainFields: readonly Field[] = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
]

/** Identifiers of Solidity. Other characters would let two different types have the same encoding. */
const identifier = /^[A-Za-z_$][A-Za-z0-9_$]*$/
const arrayType = /^(.+)\[(0|[1-9][0-9]*)?\]$/

interface Hashing {
  readonly types: ReadonlyMap<string, readonly Field[]>
  readonly typeHashes: Map<string, Uint8Array>
  valuesLeft: number
}

/**
 * Computes the digest of typed data that is signed: keccak256 of 0x1901, the domain separator and the hash of the message
 * (EIP-712). Values are as strict as those of ethers. As in `eth_signTypedData_v4` of MetaMask, the domain has the fields that
 * the type `EIP712Domain` declares, a struct that is null or missing is 32 zero bytes, fields that no type declares are ignored,
 * and a message of the primary type `EIP712Domain` is the domain alone. If `EIP712Domain` is not declared, the domain has those of its
 * five fields that are present, as in ethers.
 *
 * @throws TypedValueError naming the field, ZodError
 */
export function hashTypedData(data: unknown): Uint8Array {
  const { types, primaryType, domain, message } = typedDataSchema.parse(data)
  const declared = declareTypes({ EIP712Domain: deriveDomainType(types, domain), ...types })
  const hashing: Hashing = { types: declared, typeHashes: new Map(), valuesLeft: limits.values }
  if (!declared.has(primaryType)) throw typedValueError('primaryType', 'is not declared in types')
  const separator = hashStruct(hashing, 'EIP712Domain', domain, 'domain', 0)
  const parts = [Uint8Array.of(0x19, 0x01), separator]
  if (primaryType !== 'EIP712Domain') parts.push(hashStruct(hashing, primaryType, message, 'message', 0))
  return keccak_256(Buffer.concat(parts))
}

function deriveDomainType(types: Record<string, unknown>, domain: Record<string, unknown>): Field[] {
  if (Object.hasOwn(types, 'EIP712Domain')) return []
  const unknown = Object.keys(domain).find((key) => !domainFields.some(({ name }) => name === key))
  if (unknown !== undefined) throw typedValueError('domain', 'has a field that EIP712Domain does not declare')
  return domainFields.filter(({ name }) => (domain[name] ?? undefined) !== undefined)
}

/** Checks the types: identifiers, no name twice, no struct with the name of an elementary type, no type that is not declared. */
function declareTypes(types: Record<string, Field[]>): ReadonlyMap<string, readonly Field[]> {
  const declared = new Map(Object.entries(types))
  const fields = [...declared.values()].flat()
  const characters = fields.reduce(
    (sum, { name, type }) => sum + name.length + type.length + 2,
    [...declared.keys()].join('').length,
  )
  if (declared.size > limits.types + 1 || characters > limits.typeCharacters)
    throw typedValueError('types', `has more than ${limits.types} types or ${limits.typeCharacters} characters`)
  if (fields.some(({ name, type }) => name.length > limits.nameCharacters || type.length > limits.nameCharacters))
    throw typedValueError('types', `has a name of more than ${limits.nameCharacters} characters`)
  for (const [name, members] of declared) {
    if (!identifier.test(name) || isElementaryType(name)) throw typedValueError('types', 'has an invalid name')
    if (new Set(members.map((member) => member.name)).size < members.length)
      throw typedValueError(`types.${name}`, 'has two fields of the same name')
  }
  for (const { name, type } of fields) {
    const base = baseType(type)
    if (!identifier.test(name)) throw typedValueError('types', 'has a field with an invalid name')
    if (!isElementaryType(base) && !declared.has(base)) throw typedValueError('types', 'has a field of an unknown type')
  }
  return declared
}

function baseType(type: string): string {
  const inner = arrayType.exec(type)?.[1]
  return inner === undefined ? type : baseType(inner)
}

function hashStruct(hashing: Hashing, type: string, value: unknown, path: string, depth: number): Uint8Array {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw typedValueError(path, 'is not an object')
  const cells = new Map<string, unknown>(Object.entries(value))
  const members = hashing.types.get(type) ?? []
  return keccak_256(
    Buffer.concat([
      hashType(hashing, type),
      ...members.map((member) =>
        encode(hashing, member.type, cells.get(member.name), `${path}.${member.name}`, depth + 1),
      ),
    ]),
  )
}

/** Encodes a value to 32 bytes ("Definition of encodeData"). */
function encode(hashing: Hashing, type: string, value: unknown, path: string, depth: number): Uint8Array {
  if (depth > limits.depth) throw typedValueError('message', 'is nested too deeply')
  if (--hashing.valuesLeft < 0) throw typedValueError('message', `has more than ${limits.values} values`)
  const [, item, length] = arrayType.exec(type) ?? []
  if (item !== undefined) {
    if (!Array.isArray(value) || (length !== undefined && value.length !== Number(length)))
      throw typedValueError(path, `is not an array of the type ${type}`)
    return keccak_256(
      Buffer.concat(value.map((one, index) => encode(hashing, item, one, `${path}.${index}`, depth + 1))),
    )
  }
  if (!hashing.types.has(type)) return encodeTypedValue(type, value, path)
  return value === null || value === undefined ? new Uint8Array(32) : hashStruct(hashing, type, value, path, depth)
}

/** Hashes a type with those that it refers to, sorted by name ("Definition of encodeType"). */
function hashType(hashing: Hashing, type: string): Uint8Array {
  const { types, typeHashes } = hashing
  const known = typeHashes.get(type)
  if (known !== undefined) return known
  const found = new Set([type])
  for (const name of found)
    for (const member of types.get(name) ?? []) if (types.has(baseType(member.type))) found.add(baseType(member.type))
  found.delete(type)
  const encoded = [type, ...[...found].sort()].map(
    (name) => `${name}(${(types.get(name) ?? []).map((member) => `${member.type} ${member.name}`).join(',')})`,
  )
  const text = encoded.join('')
  hashing.valuesLeft -= Math.floor(text.length / limits.charactersPerValue)
  if (hashing.valuesLeft < 0) throw typedValueError('types', 'takes too long to hash with the values of the message')
  const hash = keccak_256(Buffer.from(text))
  typeHashes.set(type, hash)
  return hash
}
