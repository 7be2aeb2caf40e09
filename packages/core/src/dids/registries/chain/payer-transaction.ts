import { keccak_256 } from '@noble/hashes/sha3.js'
import { Transaction } from 'micro-eth-signer'
import type { EvmFees } from '../../../custody/chain-clients/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { toChecksumAddress } from '../address.ts'
import type { Payer } from './payer.ts'

/** A transaction of a payer, without nonce and signature. */
export interface PayerTransaction {
  readonly chainId: bigint
  /** The called contract; absent for a deployment. */
  readonly to?: string
  readonly data: Uint8Array
  readonly gasLimit: bigint
  readonly fees: EvmFees
}

/** A signed transaction in its serialized form, and its hash (0x and 64 hex digits). */
export interface SignedPayerTransaction {
  readonly raw: Uint8Array
  readonly hash: string
}

/**
 * Signs a transaction: EIP-1559, or EIP-155 if the fees are a gas price.
 *
 * @throws BillfoldError `crypto.invalid-signature` if the payer's signature does not match its address
 */
export async function signPayerTransaction(
  payer: Payer,
  transaction: PayerTransaction,
  nonce: number,
): Promise<SignedPayerTransaction> {
  const signed = await sign(payer, transaction, nonce)
  if (signed.sender.toLowerCase() !== (await payer.address())) throw new BillfoldError('crypto.invalid-signature')
  return { raw: signed.toBytes(), hash: signed.hash }
}

/**
 * Signs a cancellation: an empty transaction with the same nonce and fees, which replaces one that a node has rejected.
 */
export async function signCancellation(
  payer: Payer,
  transaction: PayerTransaction,
  nonce: number,
): Promise<Uint8Array> {
  const cancellation = { ...transaction, to: toChecksumAddress(await payer.address()), data: new Uint8Array() }
  return (await sign(payer, cancellation, nonce)).toBytes()
}

function sign(
  payer: Payer,
  { fees, data, to = '0x', chainId, gasLimit }: PayerTransaction,
  nonce: number,
): Promise<InstanceType<typeof Transaction<TransactionType>>> {
  const hex = data.length === 0 ? '' : `0x${Buffer.from(data).toString('hex')}`
  const fields = { chainId, nonce: BigInt(nonce), gasLimit, to, value: 0n, data: hex }
  return 'gasPrice' in fees
    ? addSignature(payer, Transaction.prepare({ type: 'legacy', ...fields, gasPrice: fees.gasPrice }, false))
    : addSignature(payer, Transaction.prepare({ type: 'eip1559', ...fields, ...fees, accessList: [] }, false))
}

type TransactionType = 'legacy' | 'eip1559'

async function addSignature<T extends TransactionType>(
  payer: Payer,
  unsigned: InstanceType<typeof Transaction<T>>,
): Promise<InstanceType<typeof Transaction<T>>> {
  const { r, s, recovery } = await payer.sign(keccak_256(unsigned.toBytes({ includeSignature: false })))
  return new Transaction(
    unsigned.type,
    { ...unsigned.raw, r: toBigInt(r), s: toBigInt(s), yParity: recovery },
    { strict: false },
  )
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}
