import { keccak_256 } from '@noble/hashes/sha3.js'
import { Transaction } from 'micro-eth-signer'
import type { EvmFees } from '../chain-clients/index.ts'
import { BillfoldError } from '../errors.ts'
import { withChecksum } from './address.ts'
import type { Payer } from './payer.ts'

/** A transaction of a payer that lacks its nonce and its signature only. */
export interface PayerTransaction {
  readonly chainId: bigint
  /** The contract that is called; absent where one is deployed. */
  readonly to?: string
  readonly data: Uint8Array
  readonly gasLimit: bigint
  readonly fees: EvmFees
}

/** A transaction as a node takes it, and its hash: 0x and hex. */
export interface SignedPayerTransaction {
  readonly raw: Uint8Array
  readonly hash: string
}

/**
 * Signs a transaction: EIP-1559, or EIP-155 where there is one gas price.
 * @throws BillfoldError `crypto.invalid-signature` when the payer signed with another key than that of its address
 */
export async function signAsPayer(
  payer: Payer,
  transaction: PayerTransaction,
  nonce: number,
): Promise<SignedPayerTransaction> {
  const signed = await sign(payer, transaction, nonce)
  if (signed.sender.toLowerCase() !== (await payer.address())) throw new BillfoldError('crypto.invalid-signature')
  return { raw: signed.toBytes(), hash: signed.hash }
}

/** One that does nothing but use the nonce, at the same fees: it takes the place of one that a node has refused. */
export async function signCancelAsPayer(
  payer: Payer,
  transaction: PayerTransaction,
  nonce: number,
): Promise<Uint8Array> {
  const nothing = { ...transaction, to: withChecksum(await payer.address()), data: new Uint8Array() }
  return (await sign(payer, nothing, nonce)).toBytes()
}

function sign(
  payer: Payer,
  { fees, data, to = '0x', chainId, gasLimit }: PayerTransaction,
  nonce: number,
): Promise<InstanceType<typeof Transaction<Kinds>>> {
  const hex = data.length === 0 ? '' : `0x${Buffer.from(data).toString('hex')}`
  const fields = { chainId, nonce: BigInt(nonce), gasLimit, to, value: 0n, data: hex }
  return 'gasPrice' in fees
    ? withSignature(payer, Transaction.prepare({ type: 'legacy', ...fields, gasPrice: fees.gasPrice }, false))
    : withSignature(payer, Transaction.prepare({ type: 'eip1559', ...fields, ...fees, accessList: [] }, false))
}

type Kinds = 'legacy' | 'eip1559'

async function withSignature<T extends Kinds>(
  payer: Payer,
  unsigned: InstanceType<typeof Transaction<T>>,
): Promise<InstanceType<typeof Transaction<T>>> {
  const { r, s, recovery } = await payer.sign(keccak_256(unsigned.toBytes({ includeSignature: false })))
  return new Transaction(
    unsigned.type,
    { ...unsigned.raw, r: integerOf(r), s: integerOf(s), yParity: recovery },
    { strict: false },
  )
}

function integerOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}
