import { newKey } from '@billfold/core'
import { migrate } from '@billfold/storage-kysely'
import { type FreshDatabase, listTestDatabases } from '@billfold/test-databases'
import { JsonRpcProvider, parseEther, Wallet } from 'ethers'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Anvil, saveState, startAnvil } from './anvil.ts'
import { type HostProcess, startHostProcess } from './host-process.ts'
import { sendUntilStored } from './send-until-stored.ts'
import { createWallet } from './transacting-host.ts'

/** Databases that another process can connect to. */
const databases = (await listTestDatabases()).filter(({ kind }) => kind === 'postgres' || kind === 'mysql')
// oxlint-disable-next-line vitest/warn-todo, vitest/no-conditional-tests -- vitest fails a file without tests; this one is reported
if (databases.length === 0) it.todo('needs a database server')
describe.each(databases)('two host processes on one $name', (database) => {
  const sends = database.kind === 'postgres' ? 80 : 40
  const key = newKey()
  let fresh: FreshDatabase
  let folder: string
  let anvil: Anvil
  let provider: JsonRpcProvider
  let hosts: HostProcess[]

  const startHost = (): Promise<HostProcess> =>
    startHostProcess(key, [database.dialect, fresh.url ?? '', anvil.url, String(anvil.chainId)])

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'billfold-anvil-'))
    fresh = await database.create()
    await migrate(fresh.connect(), { dialect: database.dialect })
    anvil = await startAnvil(['--no-mining', '--state', join(folder, 'state.json')])
    provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true, cacheTimeout: -1 })
    hosts = await Promise.all([startHost(), startHost()])
  }, 300_000)

  afterAll(async () => {
    await Promise.all(hosts.map(({ kill }) => kill()))
    provider.destroy()
    await anvil.stop()
    await fresh.drop()
    await rm(folder, { recursive: true })
  })

  const pickHost = (index: number): HostProcess => hosts[index % hosts.length] ?? expect.fail('no host')

  it(`send ${sends} transactions once each while a node and a host crash`, async () => {
    const wallet = await createWallet(pickHost(0))
    await anvil.rpc('anvil_setBalance', wallet.address, `0x${parseEther('1000').toString(16)}`)
    const to = Wallet.createRandom().address
    let done = 0
    const retriedCodes = ['transaction.chain-unavailable']
    const persist = async (index: number): Promise<string> => {
      const hash = await sendUntilStored({ pickHost, walletId: wallet.id, to, index, retriedCodes, delayMs: 100 })
      done++
      return hash
    }
    const some = (from: number, until: number): Promise<string>[] =>
      Array.from({ length: until - from }, (_, index) => persist(from + index))
    const until = (count: number) => expect.poll(() => done, { interval: 5 }).toBeGreaterThan(count)

    const sending = some(0, sends / 2)
    await until(sends / 8)
    await anvil.rpc('evm_mine')
    await saveState(anvil, join(folder, 'state.json'))
    await until(sends / 4)
    await anvil.rpc('evm_mine')
    await anvil.kill()
    await hosts[1]?.kill()
    sending.push(...some(sends / 2, sends))
    await anvil.start()
    hosts[1] = await startHost()
    const hashes = await Promise.all(sending)

    // A status request rebroadcasts a transaction that the node has lost.
    const requested = hashes.map((hash, index) =>
      pickHost(index).call('GET', `/api/transactions/ETHEREUM/${hash}/status`),
    )
    for (const { result } of await Promise.all(requested)) expect(['PENDING', 'SUCCEEDED']).toContain(result.status)
    await anvil.rpc('evm_mine')
    expect(new Set(hashes).size).toBe(sends)
    const receipts = await Promise.all(hashes.map((hash) => provider.getTransactionReceipt(hash)))
    expect(receipts.map((receipt) => receipt?.status)).toEqual(receipts.map(() => 1))
    expect(await provider.getTransactionCount(wallet.address)).toBe(sends)
    expect(await provider.getBalance(to)).toBe(parseEther('0.1') * BigInt(sends))
  }, 300_000)
})
