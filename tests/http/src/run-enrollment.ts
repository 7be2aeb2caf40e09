import { createBillfold, localKeyring, newId, newKey, tables } from '@billfold/core'
import { keyedHash, open } from '@billfold/core/crypto'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { type Kysely, sql } from 'kysely'
import { inMemoryDriver } from './in-memory-driver.ts'
import { createEncryptingClient } from './authentication/encrypting-client.ts'

// check_enrollment of 1,000 entries, half of them enrolled, among 1,000 and among 1,000,000 enrolled on PostgreSQL: the times, and the plan of
// the query. node dist/run-enrollment.js [enrolled]

const [maxEnrolled = 1_000_000] = process.argv.slice(2).map(Number)
const entries = 1_000
const step = 10_000
const testDid = (index: number): string => `did:ethr:0x${index.toString(16).padStart(40, '0')}`
const print = (line: string): void => void process.stdout.write(`${line}\n`)

const database = (await listTestDatabases({ servers: 'always' })).find(({ kind }) => kind === 'postgres')
if (database === undefined) throw new Error('PostgreSQL does not answer')
const { connect, drop } = await database.create()
const db = connect()
await migrate(db, { dialect: 'postgres' })
const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
const storage = kyselyStorage(db, { dialect: 'postgres' })
const billfold = createBillfold({ storage, keyring })
const { licence } = await billfold.licences.create({ tag: 'enrolment' })
const client = await createEncryptingClient(inMemoryDriver(billfold.authentication), { licence })
const check = (data: unknown) => client.send('POST', '/check_enrollment', { data })
await check({ list: [{ did: testDid(0) }] })
const secret = await readBlindIndexSecret()

let enrolledCount = 0
for (const count of [entries, maxEnrolled]) {
  for (; enrolledCount < count; enrolledCount += Math.min(step, count - enrolledCount))
    await enrol(enrolledCount, Math.min(step, count - enrolledCount))
  await sql`analyze billfold_identifiers`.execute(db)
  const times = await measure(count)
  print(`${entries} entries among ${count} enrolled: ${times}`)
}
await explain(db)
await drop()

async function enrol(from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => from + index)
  const hashes = numbers.map((number) => keyedHash(secret, 'identifier:did', 'default', testDid(number)))
  await sql`insert into billfold_identifiers (id, tenant, user_id, kind, blind_index, sealed_value, verified_by, created_at)
    select id, 'default', id, 'did', hash, decode(repeat('ab', 100), 'hex'), 'host', 1700000000000
    from unnest(${numbers.map(() => newId())}::text[], ${hashes}::text[]) as rows (id, hash)`.execute(db)
}

/** Half of the entries are enrolled, spread over the table. */
async function measure(count: number): Promise<string> {
  const times: number[] = []
  for (let round = 0; round < 21; round++) {
    const list = Array.from({ length: entries }, (_, index) => ({
      did: index % 2 === 0 ? testDid((index * 7919 + round * 104_729) % count) : testDid(count + index),
    }))
    const startedAt = performance.now()
    const { status, decrypted } = await check({ list })
    times.push(performance.now() - startedAt)
    const found = (decrypted as { readonly list: readonly unknown[] }).list.length
    if (status !== 200 || found !== entries / 2) throw new Error(`${status}, ${found} found`)
  }
  const sorted = times.toSorted((one, other) => one - other)
  return `median ${sorted[10]?.toFixed(1)} ms, least ${sorted[0]?.toFixed(1)}, most ${sorted[20]?.toFixed(1)} (the whole call, encrypted)`
}

async function explain(on: Kysely<Readonly<Record<string, Readonly<Record<string, unknown>>>>>): Promise<void> {
  const hashes = Array.from({ length: entries }, (_, index) =>
    keyedHash(secret, 'identifier:did', 'default', testDid(index * 997)),
  )
  const list = sql.join(hashes)
  const { rows } = await sql<{ 'QUERY PLAN': string }>`explain (analyze, buffers)
    select * from billfold_identifiers where tenant = ${'default'} and blind_index in (${list})`.execute(on)
  for (const row of rows) print(row['QUERY PLAN'].replace(/ANY \('\{.*\}'/, "ANY ('{...}'").slice(0, 200))
}

/** Reads the blind index secret of identifiers. */
async function readBlindIndexSecret(): Promise<Uint8Array> {
  const table = tables.find(({ name }) => name === 'blind_index_secrets')
  const [row] = table === undefined ? [] : await storage.find(table, { where: { name: 'identifiers' }, limit: 1 })
  const sealed = row?.['sealedSecret']
  if (!(sealed instanceof Uint8Array)) throw new Error('there is no secret')
  return open(keyring, sealed, { tenant: '', table: 'blind_index_secrets', row: 'identifiers', field: 'secret' })
}
