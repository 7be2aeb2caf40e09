import { RawTx } from '@scure/btc-signer'

/** Lists the outputs that a serialized transaction spends, as `txid:index`. */
export function parseSpentOutputs(raw: Uint8Array): readonly string[] {
  return RawTx.decode(raw).inputs.map(({ txid, index }) => `${Buffer.from(txid).toString('hex')}:${index}`)
}
