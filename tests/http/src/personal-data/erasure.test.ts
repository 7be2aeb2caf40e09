import {
  createBillfold,
  createPasswordHasher,
  databaseBlobs,
  localKeyring,
  memoryStorage,
  newKey,
  type Storage,
  tables,
} from '@billfold/core'
import { scriptedVerifier } from '@billfold/core/biometrics'
import type { CellValue, Row } from '@billfold/core/storage'
import { beforeAll, expect, test } from 'vitest'
import { publicUrl } from '../authentication/login-flow.ts'
import { template } from '../onboarding/onboarding-host.ts'
import { emptyTables, harmlessColumns, retainedBytes } from './harmless-columns.ts'
import { createMarkedPeople, marker, markedNumber } from './marked-people.ts'

type Dump = ReadonlyMap<string, readonly Row[]>

async function dump(storage: Storage): Promise<Dump> {
  const rows = tables.map(async (table): Promise<[string, readonly Row[]]> => [table.name, await storage.find(table)])
  return new Map(await Promise.all(rows))
}

/** Every column of every table, with its cells. */
function listColumns(dumped: Dump) {
  return tables.flatMap(({ name: table, columns }) =>
    Object.entries(columns).map(([column, { type }]) => ({
      name: `${table}.${column}`,
      table,
      column,
      type,
      cells: (dumped.get(table) ?? []).map((row) => row[column]).filter((cell) => cell !== undefined && cell !== null),
    })),
  )
}

/** Returns true if a cell holds a text of a person, as text, in hex or in base64. */
function isMarked(cell: CellValue): boolean {
  const text = cell instanceof Uint8Array ? Buffer.from(cell).toString('latin1') : String(cell)
  const encoded = [marker, markedNumber].flatMap((word) => [word, Buffer.from(word).toString('hex'), ...toBase64(word)])
  return encoded.some((word) => text.toLowerCase().includes(word.toLowerCase()))
}

/** The three texts that a word gives in base64, by its position, without the characters that depend on its neighbours. */
function toBase64(word: string): readonly string[] {
  return [0, 1, 2].map((offset) =>
    Buffer.from('\0'.repeat(offset) + word)
      .toString('base64url')
      .slice(offset === 0 ? 0 : offset + 1, -3),
  )
}

const findHarmless = (table: string, column: string) =>
  harmlessColumns.find(({ columns }) => columns.includes(`${table}.${column}`)) ??
  harmlessColumns.find(({ columns }) => columns.includes(column))

let before: Dump
let after: Dump

beforeAll(async () => {
  let now = Date.now()
  const storage = memoryStorage()
  const billfold = createBillfold({
    storage,
    now: () => now,
    issuer: publicUrl,
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
    onboarding: { blobs: databaseBlobs(storage), templates: [template] },
    authentication: { publicUrl, verifier: scriptedVerifier(), assessRisk: () => 'allow' },
    payments: { contactVerification: 'host' },
  })
  const evaultEmail = await createMarkedPeople(billfold)
  before = await dump(storage)
  expect(await billfold.payments.evault.find({ email: evaultEmail.toUpperCase() })).toMatchObject({
    fields: { email: evaultEmail, passport: marker, address: marker },
  })
  await billfold.payments.evault.erase({ email: evaultEmail })
  expect(await billfold.payments.evault.find({ email: evaultEmail })).toBeUndefined()
  for (const row of before.get('users') ?? []) await billfold.users.erase(String(row['id']))
  // What expires is gone after a day and a half at the latest.
  now += 36 * 60 * 60 * 1000
  await billfold.maintain()
  after = await dump(storage)
})

test('every text column of every table holds words of people in this suite, or is known not to', () => {
  const unknown = listColumns(before)
    .filter(({ type }) => type === 'text')
    .filter(({ table, column, cells }) => !cells.some(isMarked) && findHarmless(table, column) === undefined)
  expect(unknown.map(({ name }) => name)).toEqual([])
})

test('words of people are in plain text in the columns that the threat model names, and in no other', () => {
  const plain = listColumns(before).filter(({ type, cells }) => type === 'text' && cells.some(isMarked))
  expect(plain.map(({ name }) => name).toSorted()).toEqual([
    'did_wallets.alias',
    'subscriptions.category',
    'users.reference',
    'wallets.description',
    'wallets.identifier',
  ])
})

test('columns that are known to hold no words of people hold what they are known for', () => {
  const wrong = listColumns(before).flatMap(({ name, table, column, type, cells }) => {
    const known = type === 'text' ? findHarmless(table, column) : undefined
    if (known === undefined || cells.some(isMarked)) return []
    return cells.filter((cell) => !known.pattern.test(String(cell))).map((cell) => `${name}: ${String(cell)}`)
  })
  expect(wrong).toEqual([])
})

test('every table is filled by this suite, or is known to be of no person', () => {
  const empty = [...before].filter(([, rows]) => rows.length === 0).map(([name]) => name)
  expect(empty.toSorted()).toEqual(Object.keys(emptyTables).toSorted())
})

test('no bytes in the database show the words of people before the erasure: they are sealed', () => {
  const open = listColumns(before).filter(({ type, cells }) => type === 'bytes' && cells.some(isMarked))
  expect(open.map(({ name }) => name)).toEqual([])
})

test('a dump after the erasure holds no word of a person', () => {
  const left = listColumns(after).filter(({ cells }) => cells.some(isMarked))
  expect(left.map(({ name }) => name)).toEqual([])
})

test('no sealed value of a person is left after the erasure, except those with a reason', () => {
  const sealed = new Set(
    listColumns(before).flatMap(({ name, type, cells }) =>
      type === 'bytes' ? cells.map((cell) => `${name} ${toHex(cell)}`) : [],
    ),
  )
  const left = listColumns(after)
    .filter(({ name, type, cells }) => type === 'bytes' && cells.some((cell) => sealed.has(`${name} ${toHex(cell)}`)))
    .map(({ name }) => name)
  expect(left.toSorted()).toEqual(Object.keys(retainedBytes).toSorted())
})

function toHex(cell: CellValue): string {
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : ''
}
