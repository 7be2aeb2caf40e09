import { createHash } from 'node:crypto'
import { secp256k1 } from '../../../../kernel/crypto/index.ts'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { decodeBase58check } from '../../../wallets/chains/base58.ts'
import type { SignedTransaction } from '../transaction-format.ts'
import { bytesField, concat, integerField } from './protobuf.ts'

/** What a transaction does: a transfer of TRX, or a call of a contract. */
export interface TronAction {
  readonly from: string
  readonly to: string
  /** In sun. */
  readonly value: bigint
  /** The call data; undefined for a transfer of TRX. */
  readonly data: Uint8Array | undefined
}

/** The fields of a transaction. Times are in milliseconds. */
export interface TronFields extends TronAction {
  readonly block: { readonly number: number; readonly hash: string }
  readonly expiration: number
  readonly timestamp: number
  /** In sun; 0 for a transfer of TRX. */
  readonly feeLimit: bigint
}

/** Contract types (`Transaction.Contract.ContractType` of java-tron's Tron.proto). */
const contracts = {
  transfer: { type: 1, url: 'type.googleapis.com/protocol.TransferContract' },
  trigger: { type: 31, url: 'type.googleapis.com/protocol.TriggerSmartContract' },
} as const

/** Serializes the fields that are signed (`Transaction.raw`). The reference block is named by two bytes of its number and eight of its hash. */
export function serializeTronFields(fields: TronFields): Uint8Array {
  const { block, expiration, timestamp, feeLimit } = fields
  return concat(
    bytesField(1, Uint8Array.of((block.number >> 8) & 0xff, block.number & 0xff)),
    bytesField(4, Uint8Array.from(Buffer.from(block.hash, 'hex')).subarray(8, 16)),
    integerField(8, expiration),
    bytesField(11, serializeAction(fields)),
    integerField(14, timestamp),
    integerField(18, feeLimit),
  )
}

/** Signs a transaction: its id is the SHA-256 of its fields, and what is signed. */
export function signTronTransaction(fields: TronFields, privateKey: Uint8Array): SignedTransaction {
  const raw = serializeTronFields(fields)
  const id = sha256(raw)
  const { r, s, recovery } = secp256k1.sign(id, privateKey)
  const signature = concat(r, s, Uint8Array.of(27 + recovery))
  return { raw: concat(bytesField(1, raw), bytesField(2, signature)), hash: Buffer.from(id).toString('hex') }
}

/** Decodes an address: 0x41 and 20 bytes. @throws BillfoldError `transaction.unsupported-type` for a sender that is none */
export function decodeTronAddress(address: string): Uint8Array | undefined {
  const bytes = decodeBase58check(address)
  return bytes?.length === 21 && bytes[0] === 0x41 ? bytes : undefined
}

function serializeAction({ from, to, value, data }: TronAction): Uint8Array {
  const { type, url } = data === undefined ? contracts.transfer : contracts.trigger
  const parties = [bytesField(1, getAddress(from)), bytesField(2, getAddress(to)), integerField(3, value)]
  const message = concat(...parties, ...(data === undefined ? [] : [bytesField(4, data)]))
  return concat(integerField(1, type), bytesField(2, concat(bytesField(1, Buffer.from(url)), bytesField(2, message))))
}

function getAddress(address: string): Uint8Array {
  const bytes = decodeTronAddress(address)
  if (bytes === undefined) throw new BillfoldError('transaction.unsupported-type')
  return bytes
}

function sha256(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest())
}
