import { blake2b } from '@noble/hashes/blake2.js'
import { RLP } from 'micro-eth-signer/core/rlp.js'
import { base64check } from '../chain-clients/base64check.ts'
import { BillfoldError } from '../errors.ts'
import { readBase58check, writeBase58check } from '../wallets/chains/base58.ts'
import { ed25519Sign } from '../wallets/chains/ed25519-keys.ts'
import { abiInteger } from './evm/abi-values.ts'
import { parseAmount } from './amounts.ts'
import { type Draft, type SignedTransaction, type TransactionFormat, wrongField } from './format.ts'
import { transactionLimits } from './limits.ts'

/** Object tags of the serialization (aeternity/protocol, serializations.md), each in its first version. */
const tags = { signedTransaction: 11, spend: 12 } as const

/** What an id names, by its prefix (serializations.md, "The id type"). */
const idTags: Readonly<Record<string, number>> = { ak: 1, ct: 5 }

/** The least fee of a spend: gas 15,000 and 20 a byte, at 10^9 aettos each (protocol, consensus.md). */
const gas = { base: 15_000n, perByte: 20n, price: 1_000_000_000n } as const

interface Spend {
  readonly networkId: string
  readonly from: string
  readonly to: string
  readonly amount: bigint
  /** Undefined for the least that the transaction's size allows. */
  readonly fee: bigint | undefined
  readonly ttl: number
  readonly payload: Uint8Array
}

/** Transactions of æternity: SpendTx. */
export const aeternityTransactions: TransactionFormat = async (request, { from, network, decimals }) => {
  if (request.type !== 'TRANSFER' && request.type !== 'GAS_TRANSFER')
    throw new BillfoldError('transaction.unsupported-type')
  const { fee, ttl = 0, highestFeePerGas } = request.chainSpecificFields ?? {}
  if (highestFeePerGas !== undefined)
    throw invalid('chainSpecificFields.highestFeePerGas', 'is not of this chain, which has no gas price that rises')
  if (request.data !== undefined && request.data.length > transactionLimits.dataLength)
    throw invalid('data', 'is too long')
  if (idOf(request.to) === undefined) throw invalid('to', 'is not an account or a contract of this chain')
  return draft({
    networkId: network.slice('aeternity:'.length),
    from,
    to: request.to,
    amount: parseAmount(request.value, decimals, 'transactionRequest.value'),
    fee: fee === undefined ? undefined : abiInteger(true, 128, fee, 'chainSpecificFields.fee'),
    ttl,
    payload: Buffer.from(request.data ?? ''),
  })
}

function draft(spend: Spend): Draft {
  const cancel = { ...spend, to: spend.from, amount: 0n, payload: new Uint8Array() }
  return {
    sign: (nonce, privateKey) => sign(spend, nonce, privateKey),
    signReplacements: () => [],
    signCancel: (nonce, privateKey) => sign(cancel, nonce, privateKey),
    show: (nonce) => ({
      type: 'SPEND',
      networkId: spend.networkId,
      nonce,
      from: spend.from,
      to: spend.to,
      value: spend.amount.toString(),
      fee: feeOf(spend, nonce).toString(),
      ttl: spend.ttl,
      data: Buffer.from(spend.payload).toString(),
      unsigned: `tx_${base64check(serialize(spend, nonce))}`,
    }),
  }
}

/** Ed25519 over the network's id and the hash of the transaction. It goes by the hash of the signed one. */
function sign(spend: Spend, nonce: number, privateKey: Uint8Array): SignedTransaction {
  const inner = serialize(spend, nonce)
  const signature = ed25519Sign(Buffer.concat([Buffer.from(spend.networkId), hash(inner)]), privateKey)
  const raw = RLP.encode([integer(tags.signedTransaction), integer(1), [signature], inner])
  return { raw, hash: `th_${writeBase58check(hash(raw))}` }
}

function serialize(spend: Spend, nonce: number): Uint8Array {
  return spendBytes(spend, nonce, feeOf(spend, nonce))
}

/** The fee is in the transaction whose size it depends on: once more than it changes. */
function feeOf(spend: Spend, nonce: number): bigint {
  if (spend.fee !== undefined) return spend.fee
  let fee = 0n
  for (let round = 0; round < 3; round++)
    fee = (gas.base + gas.perByte * BigInt(spendBytes(spend, nonce, fee).length)) * gas.price
  return fee
}

function spendBytes(spend: Spend, nonce: number, fee: bigint): Uint8Array {
  return RLP.encode([
    integer(tags.spend),
    integer(1),
    idOf(spend.from) ?? new Uint8Array(),
    idOf(spend.to) ?? new Uint8Array(),
    integer(spend.amount),
    integer(fee),
    integer(spend.ttl),
    integer(nonce),
    spend.payload,
  ])
}

/** Big-endian without zeros in front, but one byte for zero itself: unlike Ethereum's (serializations.md, "Integers"). */
function integer(value: bigint | number): Uint8Array {
  const hex = value.toString(16)
  return Uint8Array.from(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'))
}

function idOf(address: string): Uint8Array | undefined {
  const tag = idTags[address.slice(0, 2)]
  const bytes = address[2] === '_' ? readBase58check(address.slice(3)) : undefined
  return tag === undefined || bytes?.length !== 32 ? undefined : Uint8Array.from([tag, ...bytes])
}

function hash(bytes: Uint8Array): Uint8Array {
  return blake2b(bytes, { dkLen: 32 })
}

function invalid(field: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [wrongField(field, message)] })
}
