import { RawTx, Transaction } from '@scure/btc-signer'
import type { SignedTransaction } from '../transaction-format.ts'
import type { CoinSelection, TransactionOutput } from './select-coins.ts'

/** Signals that the transaction may be replaced by one with a higher fee (BIP-125). */
const replaceableSequence = 0xff_ff_ff_fd

/** Builds the transaction of a selection, with the inputs and outputs in the order of BIP-69, so that the order does not tell the change. */
export function buildUtxoTransaction({ coins, outputs }: CoinSelection, ownScript: Uint8Array): Transaction {
  const transaction = new Transaction({ version: 2 })
  for (const { txid, vout, amount } of coins.toSorted(compareCoins))
    transaction.addInput({
      txid,
      index: vout,
      sequence: replaceableSequence,
      witnessUtxo: { script: ownScript, amount },
    })
  for (const output of outputs.toSorted(compareOutputs)) transaction.addOutput(output)
  return transaction
}

/** Signs the transaction of a selection of coins of one P2WPKH address (BIP-143). */
export function signUtxoTransaction(
  selection: CoinSelection,
  ownScript: Uint8Array,
  privateKey: Uint8Array,
): SignedTransaction {
  const transaction = buildUtxoTransaction(selection, ownScript)
  transaction.sign(privateKey)
  transaction.finalize()
  return { raw: transaction.extract(), hash: transaction.id }
}

/** Parses the outputs of a serialized transaction. */
export function parseOutputs(raw: Uint8Array): readonly TransactionOutput[] {
  return RawTx.decode(raw).outputs
}

function compareCoins(
  one: { readonly txid: string; readonly vout: number },
  other: { readonly txid: string; readonly vout: number },
): number {
  return one.txid === other.txid ? one.vout - other.vout : one.txid < other.txid ? -1 : 1
}

function compareOutputs(one: TransactionOutput, other: TransactionOutput): number {
  if (one.amount !== other.amount) return one.amount < other.amount ? -1 : 1
  return Buffer.compare(one.script, other.script)
}
