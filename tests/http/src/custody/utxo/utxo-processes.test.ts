import { newKey } from '@billfold/core'
import { migrate } from '@billfold/storage-kysely'
import { type FreshDatabase, listTestDatabases } from '@billfold/test-databases'
import { address as addresses, payments, Transaction } from 'bitcoinjs-lib'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import * as ecc from 'tiny-secp256k1'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CustodyReply } from '../custody-host.ts'
import { connectTo, type HostProcess } from '../host-process.ts'
import { hasLitecoind, startLitecoinNode } from './litecoin-node.ts'
import { startRegtestNode } from './regtest-node.ts'
import { createUtxoWallet, sendCoins } from './utxo-host.ts'
import type { UtxoNode } from './utxo-node.ts'

/** Databases that another process can connect to. */
const databases = (await listTestDatabases()).filter(({ kind }) => kind === 'postgres' || kind === 'mysql')
// oxlint-disable-next-line vitest/warn-todo, vitest/no-conditional-tests -- vitest fails a file without tests; this one is reported
if (databases.length === 0) it.todo('needs a database server')
const program = fileURLToPath(new URL('../../../dist/custody/utxo/utxo-process.js', import.meta.url))
const sends = 100

const regtest = databases.map((database) => ({ database, chain: 'a regtest chain', start: startRegtestNode }))
describe.each(regtest)('two host processes on one $database.name, with $chain,', ({ database, start }) => {
  payFromTwoProcesses(database, start, ['transaction.chain-unavailable'])
})

// A queue of sends that is full while the node is slow tells the client to retry. Without Litecoin Core the report counts these as not run.
const litecoin = databases.map((database) => ({ database, chain: 'Litecoin Core', start: startLitecoinNode }))
describe.skipIf(!hasLitecoind).each(litecoin)(
  'two host processes on one $database.name, with $chain,',
  ({ database, start }) => {
    payFromTwoProcesses(database, start, ['transaction.chain-unavailable', 'server.busy'])
  },
)

function payFromTwoProcesses(
  database: (typeof databases)[number],
  startNode: () => Promise<UtxoNode>,
  repeatable: readonly string[],
): void {
  const key = newKey()
  let fresh: FreshDatabase
  let node: UtxoNode
  let hosts: HostProcess[]

  const startHost = (): Promise<HostProcess> =>
    connectTo(
      spawn(process.execPath, [program, database.dialect, fresh.url ?? '', node.secretType, node.url], {
        env: { BILLFOLD_KEY: key },
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    )

  beforeAll(async () => {
    fresh = await database.create()
    await migrate(fresh.connect(), { dialect: database.dialect })
    node = await startNode()
    hosts = await Promise.all([startHost(), startHost()])
  }, 300_000)

  afterAll(async () => {
    await Promise.all(hosts.map(({ kill }) => kill()))
    await node.close()
    await fresh.drop()
  })

  const pickHost = (index: number): HostProcess => hosts[index % hosts.length] ?? expect.fail('no host')

  it(`pay ${sends} times, once each, while one of them is killed twice and the node once`, async () => {
    const wallet = await createUtxoWallet(pickHost(0), node)
    await node.fund(
      wallet.address,
      Array.from({ length: 20 }, () => 50_000_000n),
    )
    const pubkey = ecc.pointFromScalar(randomBytes(32), true) ?? new Uint8Array()
    const to = payments.p2wpkh({ pubkey, network: node.network }).address ?? ''
    let done = 0
    /** Sends again under the same key, at the other host if one does not respond. */
    const persist = async (index: number): Promise<string> => {
      for (let attempt = index; ; attempt++) {
        const request = { to, value: '0.01' }
        const sent: CustodyReply | undefined = await sendCoins(
          pickHost(attempt),
          node,
          wallet.id,
          request,
          `send ${index}`,
        ).catch(() => undefined)
        if (sent?.status === 200) {
          done++
          return sent.result.transactionHash
        }
        if (sent?.codes[0] === 'transaction.funds-pending') await node.mine().catch(() => undefined)
        else if (sent !== undefined) expect(repeatable).toContain(sent.codes.join())
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    const until = (count: number) => expect.poll(() => done, { interval: 5, timeout: 120_000 }).toBeGreaterThan(count)
    const sending = Array.from({ length: sends }, (_, index) => persist(index))
    await until(sends / 5)
    await hosts[1]?.kill()
    await node.kill()
    hosts[1] = await startHost()
    await node.start()
    await until(sends / 2)
    await hosts[1]?.kill()
    hosts[1] = await startHost()
    const txids = new Set(await Promise.all(sending))
    expect(txids.size).toBe(sends)
    // A status request broadcasts a transaction that the node has lost, with those that it depends on.
    const pending = async (): Promise<readonly string[]> => {
      const found = await Promise.all([...txids].map(async (txid) => [txid, await node.find(txid)] as const))
      return found.filter(([, one]) => one === undefined || one.confirmations === 0).map(([txid]) => txid)
    }
    for (let round = 0; round < 20 && (await pending()).length > 0; round++) {
      for (const txid of await pending())
        await pickHost(0).call('GET', `/api/transactions/${node.secretType}/${txid}/status`)
      await node.mine()
    }
    expect(await pending()).toEqual([])
    const script = addresses.toOutputScript(to, node.network)
    for (const txid of txids) {
      const { outs } = Transaction.fromHex((await node.find(txid))?.hex ?? '')
      const paid = outs.filter((output) => Buffer.compare(output.script, script) === 0).map(({ value }) => value)
      expect(paid).toEqual([1_000_000n])
    }
    expect(await node.receivedBy(to)).toBe(BigInt(sends) * 1_000_000n)
  }, 600_000)
}
