import { newKey } from '@billfold/core'
import { migrate } from '@billfold/storage-kysely'
import { type FreshDatabase, listTestDatabases } from '@billfold/test-databases'
import { JsonRpcProvider, parseEther, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Anvil, startAnvil } from './anvil.ts'
import { type HostProcess, startHostProcess } from './host-process.ts'
import { sendUntilStored } from './send-until-stored.ts'
import { deploySmartAccountContracts } from './smart-account-contracts.ts'
import { startTestBundler, type TestBundler } from './test-bundler.ts'
import { pincode, sendTransaction } from './transacting-host.ts'

/** Databases that another process can connect to. */
const databases = (await listTestDatabases()).filter(({ kind }) => kind === 'postgres' || kind === 'mysql')
// oxlint-disable-next-line vitest/warn-todo, vitest/no-conditional-tests -- vitest fails a file without tests; this one is reported
if (databases.length === 0) it.todo('needs a database server')

describe.each(databases)('a contract account of two host processes on one $name', (database) => {
  const sends = 100
  const key = newKey()
  let fresh: FreshDatabase
  let anvil: Anvil
  let bundler: TestBundler
  let provider: JsonRpcProvider
  let hosts: HostProcess[]

  const startHost = (): Promise<HostProcess> =>
    startHostProcess(key, [database.dialect, fresh.url ?? '', anvil.url, String(anvil.chainId), bundler.url])

  beforeAll(async () => {
    fresh = await database.create()
    await migrate(fresh.connect(), { dialect: database.dialect })
    anvil = await startAnvil()
    await deploySmartAccountContracts(anvil)
    bundler = await startTestBundler(anvil)
    provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true, cacheTimeout: -1 })
    hosts = await Promise.all([startHost(), startHost()])
  }, 300_000)

  afterAll(async () => {
    await Promise.all(hosts.map(({ kill }) => kill()))
    provider.destroy()
    await bundler.close()
    await anvil.stop()
    await fresh.drop()
  })

  const pickHost = (index: number): HostProcess => hosts[index % hosts.length] ?? expect.fail('no host')

  it(`executes ${sends} operations that are sent at once, each once, while a process is killed`, async () => {
    const body = { secretType: 'ETHEREUM', walletType: 'SMART_ACCOUNT', pincode }
    const { result: account } = await pickHost(0).call('POST', '/api/wallets', body)
    await anvil.rpc('anvil_setBalance', account.address, `0x${parseEther('1000').toString(16)}`)
    const to = Wallet.createRandom().address
    expect((await sendTransaction(pickHost(0), account.id, { to, value: 0 })).status).toBe(200)
    await bundler.bundle()
    let done = 0
    // Each process queues a bounded number of requests of one PIN.
    const retriedCodes = ['server.busy', 'transaction.chain-unavailable']
    const persist = async (index: number): Promise<string> => {
      const hash = await sendUntilStored({ pickHost, walletId: account.id, to, index, retriedCodes, delayMs: 200 })
      done++
      return hash
    }
    const sending = Array.from({ length: sends }, (_, index) => persist(index))
    await expect.poll(() => done, { interval: 5, timeout: 200_000 }).toBeGreaterThan(sends / 4)
    await hosts[1]?.kill()
    hosts[1] = await startHost()
    const hashes = await Promise.all(sending)
    expect(new Set(hashes).size).toBe(sends)
    // A status request sends again what the killed process stored and did not send.
    const statuses = hashes.map((hash, index) =>
      pickHost(index).call('GET', `/api/transactions/ETHEREUM/${hash}/status`),
    )
    for (const { result } of await Promise.all(statuses)) expect(['PENDING', 'SUCCEEDED']).toContain(result.status)
    await bundler.bundle()
    expect(await provider.getBalance(to)).toBe(parseEther('0.1') * BigInt(sends))
    expect(hashes.filter((hash) => !bundler.executed.includes(hash as `0x${string}`))).toEqual([])
    expect(new Set(bundler.executed).size).toBe(bundler.executed.length)
    const [last = ''] = hashes
    const { result } = await pickHost(1).call('GET', `/api/transactions/ETHEREUM/${last}/status`)
    expect(result.status).toBe('SUCCEEDED')
  }, 300_000)
})
