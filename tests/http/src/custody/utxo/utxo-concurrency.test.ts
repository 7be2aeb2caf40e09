import type { Storage } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { type FreshDatabase, listTestDatabases } from '@billfold/test-databases'
import { address as addresses, payments, Transaction } from 'bitcoinjs-lib'
import { randomBytes } from 'node:crypto'
import * as ecc from 'tiny-secp256k1'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharedKeyring, type TransactingHost } from '../transacting-host.ts'
import { utxoNodes } from './start-nodes.ts'
import { createUtxoWallet, sendCoins, startUtxoHost, type UtxoWallet } from './utxo-host.ts'
import type { UtxoNode } from './utxo-node.ts'

const sends = 100

for (const database of await listTestDatabases())
  for (const [name, startNode] of utxoNodes)
    describe(`two hosts on one ${database.name}, with ${name}`, () => {
      let fresh: FreshDatabase
      let node: UtxoNode
      let hosts: readonly TransactingHost[]
      let ahead = 0

      beforeAll(async () => {
        fresh = await database.create()
        node = await startNode()
        const { dialect } = database
        await migrate(fresh.connect(), { dialect })
        const keyring = sharedKeyring()
        const storage = (): Storage => kyselyStorage(fresh.connect(), { dialect })
        const [client] = Object.values(node.clients)
        const start = () =>
          startUtxoHost(node, client?.(), { storage: storage(), keyring, now: () => Date.now() + ahead })
        hosts = await Promise.all([start(), start()])
      }, 120_000)
      afterAll(async () => {
        await Promise.all(hosts.map(({ close }) => close()))
        await node.close()
        await fresh.drop()
      })

      const pickHost = (index: number): TransactingHost => hosts[index % hosts.length] ?? expect.fail('no host')

      const fundedWallet = async (amounts: readonly bigint[]): Promise<UtxoWallet> => {
        const wallet = await createUtxoWallet(pickHost(0), node)
        await node.fund(wallet.address, amounts)
        return wallet
      }

      const newAddress = (): string => {
        const pubkey = ecc.pointFromScalar(randomBytes(32), true) ?? new Uint8Array()
        return payments.p2wpkh({ pubkey, network: node.network }).address ?? ''
      }

      /** Mines until nothing is pending, and expects that each transaction is in a block, and that the recipient has what was sent, once. */
      const expectMinedOnce = async (txids: ReadonlySet<string>, to: string, count: number): Promise<void> => {
        expect(txids.size).toBe(count)
        // Both hosts reconcile at once, so one can meet a transaction whose parent the other has not sent yet.
        for (let round = 1; round <= 5; round++) {
          ahead += 120_000
          await Promise.all(hosts.map(({ billfold }) => billfold.maintain()))
          await node.mine()
          const found = await Promise.all([...txids].map((txid) => node.find(txid)))
          if (found.every((one) => (one?.confirmations ?? 0) >= 1)) break
        }
        const spent = new Set<string>()
        let received = 0n
        for (const txid of txids) {
          const found = await node.find(txid)
          expect(found?.confirmations).toBeGreaterThanOrEqual(1)
          const { ins, outs } = Transaction.fromHex(found?.hex ?? '')
          for (const { hash, index } of ins) spent.add(`${Buffer.from(hash).toString('hex')}:${index}`)
          const script = addresses.toOutputScript(to, node.network)
          for (const { value } of outs.filter((output) => Buffer.compare(output.script, script) === 0))
            received += value
          expect(ins.length).toBeGreaterThan(0)
        }
        expect(received).toBe(BigInt(count) * 1_000_000n)
        expect(await node.mempool()).toEqual([])
      }

      it(`mine ${sends} concurrent transactions of one wallet once each`, async () => {
        const wallet = await fundedWallet(Array.from({ length: 12 }, () => 50_000_000n))
        const to = newAddress()
        const txids = new Set<string>()
        const refusals: string[] = []
        /** Sends again under its key while the coins are in chains of 25 pending transactions, which nodes do not extend. */
        const persist = async (index: number): Promise<void> => {
          for (;;) {
            const sent = await sendCoins(pickHost(index), node, wallet.id, { to, value: '0.01' }, `send ${index}`)
            if (sent.status === 200) return void txids.add(sent.result.transactionHash)
            refusals.push(...sent.codes)
            expect(sent.codes).toEqual(['transaction.funds-pending'])
            await node.mine()
          }
        }
        await Promise.all(Array.from({ length: sends }, (_, index) => persist(index)))
        await expectMinedOnce(txids, to, sends)
      }, 600_000)

      it('lose and duplicate no transaction if the node is killed half-way', async () => {
        const wallet = await fundedWallet(Array.from({ length: 10 }, () => 20_000_000n))
        const to = newAddress()
        const count = 40
        const txids = new Set<string>()
        let rejected = 0
        const persist = async (index: number): Promise<void> => {
          for (;;) {
            const sent = await sendCoins(pickHost(index), node, wallet.id, { to, value: '0.01' }, `persist ${index}`)
            if (sent.status === 200) return void txids.add(sent.result.transactionHash)
            if (sent.codes[0] === 'transaction.funds-pending') await node.mine()
            else {
              expect(sent.codes).toEqual(['transaction.chain-unavailable'])
              rejected++
              await new Promise((resolve) => setTimeout(resolve, 50))
            }
          }
        }
        const until = (reached: () => boolean) => expect.poll(reached, { interval: 5, timeout: 120_000 }).toBe(true)
        const sending = Array.from({ length: count / 2 }, (_, index) => persist(index))
        await until(() => txids.size >= count / 4)
        await node.kill()
        sending.push(...Array.from({ length: count / 2 }, (_, index) => persist(count / 2 + index)))
        await until(() => rejected > 0)
        await node.start()
        await Promise.all(sending)
        await expectMinedOnce(txids, to, count)
      }, 600_000)

      it('send once for one key that is used many times at once, on both hosts', async () => {
        const wallet = await fundedWallet([50_000_000n, 50_000_000n, 50_000_000n])
        const to = newAddress()
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            sendCoins(pickHost(index), node, wallet.id, { to, value: '0.01' }, 'the same'),
          ),
        )
        expect(outcomes.map(({ codes }) => codes)).toEqual(outcomes.map(() => []))
        await expectMinedOnce(new Set(outcomes.map(({ result }) => result.transactionHash)), to, 1)
      }, 600_000)
    })
