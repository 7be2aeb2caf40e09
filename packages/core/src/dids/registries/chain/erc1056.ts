import { createContract, events, parseAbi } from 'micro-eth-signer/abi.js'
import { z } from 'zod'
import type { EvmLog } from '../../../custody/chain-clients/index.ts'
import type { RecoverableSignature } from '../../../kernel/crypto/index.ts'
import { addressToBytes, toChecksumAddress } from '../address.ts'
import { erc1056Functions, toBytes32 } from '../change-digest.ts'
import { decodeBytes32String } from '../bytes32-string.ts'
import type { Address, PreparedChange, RegistryChange, RegistryEvent } from '../registry.ts'

// The used part of the ERC-1056 contract (EthereumDIDRegistry).

// Without argument names, so that values are passed by position. Signed changes start with the identity and the signature's
// v, r and s.
const functions = createContract(
  parseAbi([
    'function identityOwner(address) view returns (address)',
    'function changed(address) view returns (uint256)',
    'function nonce(address) view returns (uint256)',
    'function changeOwnerSigned(address, uint8, bytes32, bytes32, address)',
    'function addDelegateSigned(address, uint8, bytes32, bytes32, bytes32, address, uint256)',
    'function revokeDelegateSigned(address, uint8, bytes32, bytes32, bytes32, address)',
    'function setAttributeSigned(address, uint8, bytes32, bytes32, bytes32, bytes, uint256)',
    'function revokeAttributeSigned(address, uint8, bytes32, bytes32, bytes32, bytes)',
  ]),
)
const eventAbi = parseAbi([
  'event DIDOwnerChanged(address indexed identity, address owner, uint256 previousChange)',
  'event DIDDelegateChanged(address indexed identity, bytes32 delegateType, address delegate, uint256 validTo, uint256 previousChange)',
  'event DIDAttributeChanged(address indexed identity, bytes32 name, bytes value, uint256 validTo, uint256 previousChange)',
])
const decoders = new Map(
  Object.values(events(eventAbi)).map((event, index) => [
    event.topics(eventAbi[index]?.inputs?.map(() => null) ?? [])[0],
    event,
  ]),
)

/** The view functions of the contract; each takes one address. */
export type ViewFunction = 'identityOwner' | 'changed' | 'nonce'

function encode(name: string, values: readonly unknown[]): Uint8Array {
  const method = functions[name]
  if (method === undefined) throw new RangeError(`ERC-1056 has no function ${name}`)
  return method.encodeInput(values.length === 1 ? values[0] : values)
}

/** Encodes the call of a view function. */
export function encodeViewCall(name: ViewFunction, address: Address): Uint8Array {
  return encode(name, [toChecksumAddress(address)])
}

/** Encodes the call that submits a change signed by its owner. */
export function encodeSignedCall(prepared: PreparedChange, { r, s, recovery }: RecoverableSignature): Uint8Array {
  const { identity, change } = prepared
  const signed = [toChecksumAddress(identity), BigInt(27 + recovery), r, s]
  return encode(`${erc1056Functions[change.kind]}Signed`, [...signed, ...toArguments(change)])
}

function toArguments(change: RegistryChange): readonly unknown[] {
  switch (change.kind) {
    case 'owner':
      return [toChecksumAddress(change.newOwner)]
    case 'delegate':
      return [toBytes32(change.delegateType), toChecksumAddress(change.delegate), BigInt(change.validity)]
    case 'revoke-delegate':
      return [toBytes32(change.delegateType), toChecksumAddress(change.delegate)]
    case 'attribute':
      return [toBytes32(change.name), change.value, BigInt(change.validity)]
    case 'revoke-attribute':
      return [toBytes32(change.name), change.value]
  }
}

/** Encodes an indexed address as an event topic. */
export function addressToTopic(identity: Address): string {
  return `0x${Buffer.from(addressToBytes(identity)).toString('hex').padStart(64, '0')}`
}

/**
 * A decoded event. `event` is undefined if a name in it is not UTF-8; `previousChange` is the block of the previous
 * change.
 */
export interface DecodedLog {
  readonly event: RegistryEvent | undefined
  readonly previousChange: bigint
}

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text) => text.toLowerCase())
const name = z.instanceof(Uint8Array).transform(decodeBytes32String)
const previousChange = z.bigint()
const validTo = z.bigint()
const argumentShapes = z.union([
  z.object({ owner: address, previousChange }),
  z.object({ delegateType: name, delegate: address, validTo, previousChange }),
  z.object({ name, value: z.instanceof(Uint8Array), validTo, previousChange }),
])

/** Decodes a log of the contract; undefined if it is not an ERC-1056 event. Throws if it is malformed. */
export function decodeLog({ topics, data }: EvmLog, block: bigint): DecodedLog | undefined {
  const decoder = decoders.get(topics[0]?.toLowerCase() ?? '')
  if (decoder === undefined) return undefined
  const decoded = argumentShapes.parse(decoder.decode([...topics], `0x${Buffer.from(data).toString('hex')}`))
  return { event: toEvent(decoded, Number(block)), previousChange: decoded.previousChange }
}

function toEvent(decoded: z.output<typeof argumentShapes>, version: number): RegistryEvent | undefined {
  if ('owner' in decoded) return { kind: 'owner', version, owner: decoded.owner }
  if ('delegate' in decoded) {
    const { delegateType, delegate, validTo: until } = decoded
    return delegateType === undefined
      ? undefined
      : { kind: 'delegate', version, delegateType, delegate, validTo: until }
  }
  const { name: attribute, value, validTo: until } = decoded
  return attribute === undefined
    ? undefined
    : { kind: 'attribute', version, name: attribute, value: Uint8Array.from(value), validTo: until }
}
