import { createBillfold, localKeyring, newId, newKey, tables } from '@billfold/core'
import { keyedHash, open } from '@billfold/core/crypto'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { openTestDatabases } from '@billfold/test-databases'
import { type Kysely, sql } from 'kysely'
import { inMemoryDriver } from './in-memory-driver.ts'
import { createEncryptingClient } from './authentication/encrypting-client.ts'

// check_enrollment of 1,000 entries, half of them enrolled, among 1,000 and among 1,000,000 enrolled on PostgreSQL: the times, and the plan of
// the query. node dist/run-enrollment.js [enrolled]

const [most = 1_000_000] = process.argv.slice(2).map(Number)
const entries = 1_000
const step = 10_000
const didOf = (index: number): string => `did:ethr:0x${index.toString(16).padStart(40, '0')}`
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const database = (await openTestDatabases()).find(({ kind }) => kind === 'postgres')
if (database === undefined) throw new Error('PostgreSQL does not answer')
const { connect, drop } = await database.open()
const db = connect()
await migrate(db, { dialect: 'postgres' })
const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
const storage = kyselyStorage(db, { dialect: 'postgres' })
const billfold = createBillfold({ storage, keyring })
const { licence } = await billfold.licences.create({ tag: 'enrolment' })
const caller = await createEncryptingClient(inMemoryDriver(billfold.authentication), { licence })
const ask = (data: unknown) => caller.send('POST', '/check_enrollment', { data })
await ask({ list: [{ did: didOf(0) }] })
const secret = await lookupSecret()

let enrolled = 0
for (const count of [entries, most]) {
  for (; enrolled < count; enrolled += Math.min(step, count - enrolled))
    await enrol(enrolled, Math.min(step, count - enrolled))
  await sql`analyze billfold_identifiers`.execute(db)
  const times = await measure(count)
  say(`${entries} entries among ${count} enrolled: ${times}`)
}
await explain(db)
await drop()

async function enrol(from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => from + index)
  const lookups = numbers.map((number) => keyedHash(secret, 'identifier:did', 'default', didOf(number)))
  await sql`insert into billfold_identifiers (id, tenant, user_id, kind, lookup, sealed_value, verified_by, created_at)
    select id, 'default', id, 'did', lookup, decode(repeat('ab', 100), 'hex'), 'host', 1700000000000
    from unnest(${numbers.map(() => newId())}::text[], ${lookups}::text[]) as given (id, lookup)`.execute(db)
}

/** Half of the entries are enrolled, spread over the table. */
async function measure(count: number): Promise<string> {
  const times: number[] = []
  for (let round = 0; round < 21; round++) {
    const list = Array.from({ length: entries }, (_, index) => ({
      did: index % 2 === 0 ? didOf((index * 7919 + round * 104_729) % count) : didOf(count + index),
    }))
    const begun = performance.now()
    const { status, opened } = await ask({ list })
    times.push(performance.now() - begun)
    const found = (opened as { readonly list: readonly unknown[] }).list.length
    if (status !== 200 || found !== entries / 2) throw new Error(`${status}, ${found} found`)
  }
  const sorted = times.toSorted((one, other) => one - other)
  return `median ${sorted[10]?.toFixed(1)} ms, least ${sorted[0]?.toFixed(1)}, most ${sorted[20]?.toFixed(1)} (the whole call, encrypted)`
}

async function explain(on: Kysely<Readonly<Record<string, Readonly<Record<string, unknown>>>>>): Promise<void> {
  const lookups = Array.from({ length: entries }, (_, index) =>
    keyedHash(secret, 'identifier:did', 'default', didOf(index * 997)),
  )
  const list = sql.join(lookups)
  const { rows } = await sql<{ 'QUERY PLAN': string }>`explain (analyze, buffers)
    select * from billfold_identifiers where tenant = ${'default'} and lookup in (${list})`.execute(on)
  for (const row of rows) say(row['QUERY PLAN'].replace(/ANY \('\{.*\}'/, "ANY ('{...}'").slice(0, 200))
}

/** Reads the blind index secret of identifiers. */
async function lookupSecret(): Promise<Uint8Array> {
  const table = tables.find(({ name }) => name === 'lookup_secrets')
  const [row] = table === undefined ? [] : await storage.find(table, { where: { name: 'identifiers' }, limit: 1 })
  const sealed = row?.['sealedSecret']
  if (!(sealed instanceof Uint8Array)) throw new Error('there is no secret')
  return open(keyring, sealed, { tenant: '', table: 'lookup_secrets', row: 'identifiers', field: 'secret' })
}
