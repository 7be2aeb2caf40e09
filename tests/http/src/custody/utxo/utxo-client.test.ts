import { describeUtxoClient, type UtxoChainUnderTest } from '@billfold/testing'
import type { UtxoClient } from '@billfold/core'
import { payments, script as scripts, Transaction } from 'bitcoinjs-lib'
import { randomBytes } from 'node:crypto'
import * as ecc from 'tiny-secp256k1'
import { afterAll } from 'vitest'
import { litecoinNodes } from './litecoin-node.ts'
import { startRegtestNode } from './regtest-node.ts'
import type { UtxoNode } from './utxo-node.ts'

const interfaces = [
  ['the Esplora client', startRegtestNode, 'Esplora'],
  ['the Bitcoin Core client', startRegtestNode, 'Bitcoin Core'],
  ...litecoinNodes.flatMap((start) =>
    (['a scan of the UTXO set', 'a watch-only wallet'] as const).map(
      (name) => [`the client with ${name}, on Litecoin Core,`, start, name] as const,
    ),
  ),
] as const

for (const [name, start, client] of interfaces) {
  let running: Promise<UtxoNode> | undefined
  const stop = async (): Promise<void> => {
    const stopped = running
    running = undefined
    await (await stopped)?.close()
  }
  afterAll(stop)
  describeUtxoClient(name, async () => {
    running ??= start()
    const node = await running
    return underTest(node, node.clients[client], stop)
  })
}

async function underTest(
  node: UtxoNode,
  create: (() => UtxoClient) | undefined,
  stop: () => Promise<void>,
): Promise<UtxoChainUnderTest> {
  if (create === undefined) throw new Error('no such client')
  const key = newKey(node)
  const client = create()
  // A wallet sees an address from when it is imported.
  await client.balance(key.address)
  await node.fund(key.address, [1_000_000n, 2_000_000n])
  return {
    client,
    address: key.address,
    unusedAddress: newKey(node).address,
    signPayment: ({ coins, amount }) => {
      const transaction = new Transaction()
      for (const { txid, vout } of coins) transaction.addInput(Buffer.from(txid, 'hex').reverse(), vout, 0xff_ff_ff_fd)
      transaction.addOutput(key.script, amount)
      for (const [index, coin] of coins.entries()) {
        const hash = transaction.hashForWitnessV0(index, key.scriptCode, coin.amount, Transaction.SIGHASH_ALL)
        const signature = scripts.signature.encode(ecc.sign(hash, key.privateKey), Transaction.SIGHASH_ALL)
        transaction.setWitness(index, [signature, key.publicKey])
      }
      return { raw: Uint8Array.from(transaction.toBuffer()), hash: transaction.getId() }
    },
    mine: () => node.mine(),
    stopNode: stop,
    close: async () => {},
  }
}

function newKey({ network }: UtxoNode) {
  const privateKey = randomBytes(32)
  const publicKey = ecc.pointFromScalar(privateKey, true)
  if (publicKey === null) throw new Error('not a key')
  const { address = '', output = new Uint8Array() } = payments.p2wpkh({ pubkey: publicKey, network })
  const { output: scriptCode = new Uint8Array() } = payments.p2pkh({ pubkey: publicKey, network })
  return { privateKey, publicKey, address, script: output, scriptCode }
}
