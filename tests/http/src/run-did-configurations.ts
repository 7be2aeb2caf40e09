import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { evmChainClient, localKeyring, newKey } from '@billfold/core'
import { secp256k1 } from '@billfold/core/crypto'
import { chainRegistry, privateKeyPayer } from '@billfold/core/dids'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { connectTo, listTestDatabases, type TestDatabase } from '@billfold/test-databases'
import { deployRegistry } from './did-registries/deployed-registry.ts'
import { configureWallets, createWallets } from './dids/configure-wallets.ts'
import { createDidHost } from './dids/did-host.ts'
import { readPayerHistory } from './dids/payer-history.ts'
import { createInMemoryDidClient, createTwoDidHosts } from './dids/two-did-hosts.ts'

// Two processes that share a payer and a PostgreSQL configure wallets concurrently, and two hosts create 1,000 wallets in one vault,
// over each database: node dist/run-did-configurations.js [count]

/** The arguments of a process. */
interface Job {
  readonly url: string
  readonly key: string
  readonly rpcUrl: string
  readonly chainId: number
  readonly contract: string
  readonly payerKey: string
  readonly dids: readonly string[]
}

const [first = '200', serializedJob] = process.argv.slice(2)
await (serializedJob === undefined ? lead(Number(first)) : work(JSON.parse(serializedJob)))

async function createJobHost(
  job: Job,
): Promise<{ caller: ReturnType<typeof createInMemoryDidClient>; close: () => Promise<void> }> {
  const db = connectTo('postgres', job.url)
  const registry = chainRegistry({
    client: evmChainClient({ url: job.rpcUrl, chainId: job.chainId, timeoutMs: 20_000 }),
    contract: job.contract,
    payer: privateKeyPayer(Buffer.from(job.payerKey, 'hex')),
    networks: ['development'],
  })
  const keyring = localKeyring({ keys: { k1: job.key }, currentKeyId: 'k1' })
  const host = await createDidHost(kyselyStorage(db, { dialect: 'postgres' }), {
    keyring,
    dids: { registries: [registry] },
  })
  return { caller: createInMemoryDidClient(host), close: () => db.destroy() }
}

async function work(job: Job): Promise<void> {
  const { caller, close } = await createJobHost(job)
  const statuses = await configureWallets(caller, job.dids)
  process.stdout.write(`${process.pid}: ${statuses.filter((status) => status === 200).length} of ${statuses.length}\n`)
  await close()
}

async function lead(count: number): Promise<void> {
  const postgres = (await listTestDatabases({ servers: 'always' })).find(({ kind }) => kind === 'postgres')
  if (postgres === undefined) throw new Error('there is no PostgreSQL')
  const { connect, url = '', drop } = await postgres.create()
  await migrate(connect(), { dialect: 'postgres' })
  const payerKey = secp256k1.generatePrivateKey()
  const payer = privateKeyPayer(payerKey)
  const chain = await deployRegistry()
  const payerAddress = await payer.address()
  await chain.anvil.rpc('anvil_setBalance', payerAddress, `0x${(10n ** 21n).toString(16)}`)
  const job: Job = {
    url,
    key: newKey(),
    rpcUrl: chain.anvil.url,
    chainId: chain.anvil.chainId,
    contract: chain.contract,
    payerKey: Buffer.from(payerKey).toString('hex'),
    dids: [],
  }
  const { caller, close } = await createJobHost(job)
  const dids = await createWallets(caller, count)
  await close()
  const startedAt = performance.now()
  await Promise.all([dids.slice(0, count / 2), dids.slice(count / 2)].map((half) => runProcess({ ...job, dids: half })))
  const seconds = (performance.now() - startedAt) / 1000
  const { transactions, changes, failed } = await readPayerHistory({ ...chain, payerAddress })
  const distinct = new Set(changes).size
  process.stdout.write(
    `${count} wallets, ${count * 3} steps in ${seconds.toFixed(1)} s: ${transactions} transactions, ${distinct} distinct changes, ${failed} failed\n`,
  )
  if (transactions !== count * 3 || distinct !== transactions || failed > 0) process.exitCode = 1
  await drop()
  await chain.close()
  for (const database of await listTestDatabases({ servers: 'always' }))
    if (database.kind !== 'pglite') await makeInOneVault(database, 1000)
}

async function makeInOneVault(database: TestDatabase, count: number): Promise<void> {
  const { clients, drop } = await createTwoDidHosts(database)
  const { body } = await clients[0].call('POST', '/vault', { kind: 'BIP44' })
  const wallet = { vaultId: body.vault._id }
  const startedAt = performance.now()
  const answers = await Promise.all(
    Array.from({ length: count }, (_, index) => clients[index % 2 === 0 ? 0 : 1].call('POST', '/wallet', { wallet })),
  )
  const seconds = (performance.now() - startedAt) / 1000
  const indices = new Set(answers.map(({ body: made }) => made.wallet?.index))
  const whole = Array.from({ length: count }, (_, index) => index).every((index) => indices.has(index))
  process.stdout.write(
    `${database.name}: ${count} wallets in one vault at once in ${seconds.toFixed(1)} s, ${whole ? 'without a gap or a repeat' : 'NOT every index once'}\n`,
  )
  if (!whole) process.exitCode = 1
  await drop()
}

async function runProcess(job: Job): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ['work', JSON.stringify(job)])
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`a process ended with ${String(code)}`)
}
