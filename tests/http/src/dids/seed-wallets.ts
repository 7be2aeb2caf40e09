import { newId, type Storage, tables } from '@billfold/core'
import { batch, insert, type Row } from '@billfold/core/storage'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import type { TestDatabase } from '@billfold/test-databases'
import type { DidClient } from './did-client.ts'
import { createDidHost } from './did-host.ts'
import { createInMemoryDidClient } from './two-did-hosts.ts'

const wallets = tables.find(({ name }) => name === 'did_wallets')

/** Creates a host with `count` wallets in its tenant, interleaved with as many of another tenant. */
export async function createListingHost(
  database: TestDatabase,
  count: number,
): Promise<{ readonly caller: DidClient; readonly drop: () => Promise<void> }> {
  const { dialect } = database
  const { connect, drop } = await database.create()
  const db = connect()
  await migrate(db, { dialect })
  const storage = kyselyStorage(db, { dialect })
  for (let started = 0; started < count; started += 450)
    await insertWallets(storage, Math.min(450, count - started), started)
  return { caller: createInMemoryDidClient(await createDidHost(storage)), drop }
}

/** Measures the time per page in milliseconds: the averages of the first and the last tenth, and the slowest. */
export async function measurePages(
  { call }: DidClient,
  limit: number,
): Promise<{ ids: readonly string[]; pages: number; first: number; last: number; slowest: number }> {
  const times: number[] = []
  const ids: string[] = []
  for (let after: string | undefined = ''; after !== undefined; ) {
    const startedAt = performance.now()
    const { body } = await call('GET', `/wallets?limit=${limit}${after === '' ? '' : `&after=${after}`}`)
    times.push(performance.now() - startedAt)
    ids.push(...body.wallets.map(({ _id }: { _id: string }) => _id))
    after = body.next
  }
  const tenth = Math.max(1, Math.floor(times.length / 10))
  return {
    ids,
    pages: times.length,
    first: average(times.slice(0, tenth)),
    last: average(times.slice(-tenth)),
    slowest: Math.max(...times),
  }
}

async function insertWallets(storage: Storage, count: number, started: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => started + index)
  await storage.commit(
    batch(...rows.flatMap((number) => ['default', 'other'].map((tenant) => insert(table(), toRow(tenant, number))))),
  )
}

function table(): (typeof tables)[number] {
  if (wallets === undefined) throw new Error('there is no table of wallets')
  return wallets
}

function toRow(tenant: string, number: number): Row {
  const address = `0x${number.toString(16).padStart(40, '0')}`
  const did = `did:spherity:${address}`
  return {
    id: newId(),
    tenant,
    did,
    didMethod: 'spherity',
    address,
    ethereumAddress: address,
    alias: did,
    vaultId: null,
    hdIndex: null,
    state: 'live',
    publicKey: new Uint8Array(65),
    userId: null,
    generation: null,
    sealedKey: new Uint8Array(100),
    latestUpdateId: null,
    createdAt: Date.now(),
    deletedAt: null,
    destroyKeyAt: null,
  }
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
