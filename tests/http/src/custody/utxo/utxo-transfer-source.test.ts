import { utxoTransferSource } from '@billfold/core'
import { describeTransferSource } from '@billfold/testing'
import { payments } from 'bitcoinjs-lib'
import { randomBytes } from 'node:crypto'
import * as ecc from 'tiny-secp256k1'
import { litecoinNodes } from './litecoin-node.ts'
import { startRegtestNode } from './regtest-node.ts'
import type { UtxoNode } from './utxo-node.ts'

const utxoSources: readonly (readonly [client: string, start: () => Promise<UtxoNode>])[] = [
  ['Esplora', startRegtestNode],
  ['Bitcoin Core', startRegtestNode],
  ...litecoinNodes.map((start) => ['a watch-only wallet', start] as const),
]

for (const [name, start] of utxoSources)
  describeTransferSource(`utxoTransferSource with ${name}`, async () => {
    const node = await start()
    const client = node.clients[name]?.()
    if (client === undefined) throw new Error(`no client ${name}`)
    const newAddress = (): string => {
      const pubkey = ecc.pointFromScalar(randomBytes(32), true) ?? new Uint8Array()
      return payments.p2wpkh({ pubkey, network: node.network }).address ?? ''
    }
    const wallets = [newAddress(), newAddress()] as const
    for (const address of wallets) await client.unspent(address)
    return {
      source: utxoTransferSource({ client, confirmations: 3, blockRange: 3 }),
      wallets,
      stranger: newAddress(),
      amount: 100_000n,
      pay: async (to, amount) => {
        const known = new Set((await client.unspent(to)).map(({ txid }) => txid))
        await node.fund(to, [amount])
        return (await client.unspent(to)).find(({ txid }) => !known.has(txid))?.txid ?? ''
      },
      finalize: () => node.mine(3),
      close: () => node.close(),
    }
  })
