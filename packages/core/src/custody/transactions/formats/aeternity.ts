import { blake2b } from '@noble/hashes/blake2.js'
import { RLP } from 'micro-eth-signer/core/rlp.js'
import { encodeBase64check } from '../../chain-clients/encode-base64check.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { decodeBase58check, encodeBase58check } from '../../wallets/chains/base58.ts'
import { signEd25519 } from '../../wallets/chains/ed25519.ts'
import { parseAbiInteger } from './evm/abi-values.ts'
import { parseUnits } from './units.ts'
import {
  type UnsignedTransaction,
  type SignedTransaction,
  type TransactionFormat,
  requestIssue,
} from './transaction-format.ts'
import { transactionLimits } from '../limits.ts'

/** Object tags of the RLP serialization, version 1 (aeternity/protocol, serializations.md). */
const tags = { signedTransaction: 11, spend: 12 } as const

/** Tags of id types by address prefix (serializations.md, "The id type"). */
const idTags: Readonly<Record<string, number>> = { ak: 1, ct: 5 }

/** The minimum fee of a spend: 15,000 gas plus 20 per byte, at 10^9 aettos per gas (aeternity/protocol, consensus.md). */
const gas = { base: 15_000n, perByte: 20n, price: 1_000_000_000n } as const

interface Spend {
  readonly networkId: string
  readonly from: string
  readonly to: string
  readonly amount: bigint
  /** Undefined for the minimum fee of the transaction's size. */
  readonly fee: bigint | undefined
  readonly ttl: number
  readonly payload: Uint8Array
}

/** Builds æternity transactions (SpendTx only). */
export const aeternityTransactionFormat: TransactionFormat = async (request, { from, network, decimals }) => {
  if (request.type !== 'TRANSFER' && request.type !== 'GAS_TRANSFER')
    throw new BillfoldError('transaction.unsupported-type')
  const { fee, ttl = 0, maxReplacementFeePerGas } = request.chainSpecificFields ?? {}
  if (maxReplacementFeePerGas !== undefined)
    throw invalid(
      'chainSpecificFields.maxReplacementFeePerGas',
      'is not supported on this chain, which has no fee bumping',
    )
  if (request.data !== undefined && request.data.length > transactionLimits.dataLength)
    throw invalid('data', 'is too long')
  if (encodeId(request.to) === undefined) throw invalid('to', 'is not an account or contract of this chain')
  return unsignedSpend({
    networkId: network.slice('aeternity:'.length),
    from,
    to: request.to,
    amount: parseUnits(request.value, decimals, 'transactionRequest.value'),
    fee: fee === undefined ? undefined : parseAbiInteger(true, 128, fee, 'chainSpecificFields.fee'),
    ttl,
    payload: Buffer.from(request.data ?? ''),
  })
}

function unsignedSpend(spend: Spend): UnsignedTransaction {
  const cancellation = { ...spend, to: spend.from, amount: 0n, payload: new Uint8Array() }
  return {
    call: { to: spend.to, value: spend.amount, data: spend.payload },
    sign: (nonce, privateKey) => sign(spend, nonce, privateKey),
    signReplacements: () => [],
    signCancellation: (nonce, privateKey) => sign(cancellation, nonce, privateKey),
    describe: (nonce) => ({
      type: 'SPEND',
      networkId: spend.networkId,
      nonce,
      from: spend.from,
      to: spend.to,
      value: spend.amount.toString(),
      fee: computeFee(spend, nonce).toString(),
      ttl: spend.ttl,
      data: Buffer.from(spend.payload).toString(),
      unsigned: `tx_${encodeBase64check(serialize(spend, nonce))}`,
    }),
  }
}

/** Signs the network id and the hash of the unsigned transaction with ed25519. The transaction hash covers the signature. */
function sign(spend: Spend, nonce: number, privateKey: Uint8Array): SignedTransaction {
  const inner = serialize(spend, nonce)
  const signature = signEd25519(Buffer.concat([Buffer.from(spend.networkId), hash(inner)]), privateKey)
  const raw = RLP.encode([encodeInteger(tags.signedTransaction), encodeInteger(1), [signature], inner])
  return { raw, hash: `th_${encodeBase58check(hash(raw))}` }
}

function serialize(spend: Spend, nonce: number): Uint8Array {
  return serializeWithFee(spend, nonce, computeFee(spend, nonce))
}

/** The fee is part of the transaction and depends on its size, so it is computed until it is stable (three rounds suffice). */
function computeFee(spend: Spend, nonce: number): bigint {
  if (spend.fee !== undefined) return spend.fee
  let fee = 0n
  for (let round = 0; round < 3; round++)
    fee = (gas.base + gas.perByte * BigInt(serializeWithFee(spend, nonce, fee).length)) * gas.price
  return fee
}

function serializeWithFee(spend: Spend, nonce: number, fee: bigint): Uint8Array {
  return RLP.encode([
    encodeInteger(tags.spend),
    encodeInteger(1),
    encodeId(spend.from) ?? new Uint8Array(),
    encodeId(spend.to) ?? new Uint8Array(),
    encodeInteger(spend.amount),
    encodeInteger(fee),
    encodeInteger(spend.ttl),
    encodeInteger(nonce),
    spend.payload,
  ])
}

/** Big-endian without leading zeros. Unlike in Ethereum's RLP, zero is one zero byte (serializations.md, "Integers"). */
function encodeInteger(value: bigint | number): Uint8Array {
  const hex = value.toString(16)
  return Uint8Array.from(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'))
}

function encodeId(address: string): Uint8Array | undefined {
  const tag = idTags[address.slice(0, 2)]
  const bytes = address[2] === '_' ? decodeBase58check(address.slice(3)) : undefined
  return tag === undefined || bytes?.length !== 32 ? undefined : Uint8Array.from([tag, ...bytes])
}

function hash(bytes: Uint8Array): Uint8Array {
  return blake2b(bytes, { dkLen: 32 })
}

function invalid(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [requestIssue(field, message)] })
}
