import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBillfold, createKeyringFile, fileKeyring, newId, tables } from '@billfold/core'
import { batch, insert } from '@billfold/core/storage'
import { passkeys } from '@billfold/passkeys'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { createSoftwareAuthenticator } from '@billfold/test-authenticator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectDatabase } from './connect-database.ts'
import { runLine } from './test-fixtures/run-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'billfold-cli-'))
const keyring = join(folder, 'keys.json')
const modules = [passkeys({ rpId: 'example.com', rpName: 'Example', origins: ['https://example.com'] })] as const

/** A database with a user, and with the tables of passkeys if the module is given. */
async function createDatabase(name: string, installed: readonly (typeof modules)[number][]) {
  const url = `file:${join(folder, `${name}.sqlite`)}`
  const { db, dialect } = await connectDatabase(url, 'create')
  await migrate(db, { dialect, modules: installed })
  const storage = kyselyStorage(db, { dialect })
  const users = tables.find(({ name: table }) => table === 'users')
  if (users === undefined) throw new Error('Billfold has no table users')
  const userId = newId()
  const row = { id: userId, tenant: 'default', reference: null, origin: 'test', createdAt: 1, archivedAt: null }
  await storage.commit(batch(insert(users, row)))
  const type = (line: string) => runLine(`${line} --keyring ${keyring}`, { DATABASE_URL: url, BILLFOLD_KEYS: '' })
  const billfold = createBillfold({ storage, keyring: fileKeyring(keyring), modules })
  return { type, userId, billfold, close: () => db.destroy() }
}

let database: Awaited<ReturnType<typeof createDatabase>>

async function register(name: string): Promise<string> {
  const { billfold, userId } = database
  const options = await billfold.passkeys.registrationOptions(userId, { userName: 'ada' })
  return (await billfold.passkeys.register(userId, createSoftwareAuthenticator().create(options), { name })).id
}

beforeAll(async () => {
  createKeyringFile(keyring)
  database = await createDatabase('passkeys', modules)
})
afterAll(async () => {
  await database.close()
  rmSync(folder, { recursive: true })
})

describe('billfold user passkeys', () => {
  test('lists the passkeys of a user, as text and as JSON', async () => {
    const { type, userId } = database
    expect((await type(`user passkeys list ${userId}`)).printed).toBe('')
    const id = await register('Red phone')
    const { code, printed } = await type(`user passkeys list ${userId}`)
    expect(code).toBe(0)
    expect(printed).toMatch(new RegExp(`^${id}  created \\S+  never used  one device  signs in  "Red phone"\n$`))
    const json: unknown = JSON.parse((await type(`user passkeys list ${userId} --json`)).printed)
    expect(json).toMatchObject([{ id, name: 'Red phone', backedUp: false }])
    expect(JSON.stringify(json)).not.toContain('publicKey')
  })

  test('deletes one once it is confirmed, with an entry in the audit log', async () => {
    const { type, userId, billfold } = database
    const id = await register('Lost phone')
    expect((await type(`user passkeys delete ${userId} ${id}`)).code).toBe(2)
    expect((await type(`user passkeys delete ${userId} ${id} --yes`)).printed).toBe(`Deleted ${id}\n`)
    expect((await billfold.passkeys.list(userId)).map(({ name }) => name)).not.toContain('Lost phone')
    const { records } = await billfold.audit.search({ action: 'passkey.removed', subject: id })
    expect(records).toMatchObject([{ actor: 'host', detail: { userId } }])
    const again = await type(`user passkeys delete ${userId} ${id} --yes`)
    expect(again).toMatchObject({ code: 1, complaint: expect.stringContaining('Passkey not found') })
  })

  test('says which argument is missing', async () => {
    for (const line of ['user passkeys', 'user passkeys list', 'user passkeys delete x'])
      expect((await database.type(line)).code, line).toBe(2)
  })
})

test('billfold keys re-encrypts the names of passkeys', async () => {
  const { type } = database
  await register('Green tablet')
  expect((await type('keys create --id next')).code).toBe(0)
  expect((await type('keys rotate next')).code).toBe(0)
  const usage = async () => (await type('keys list')).printed
  // The names of two passkeys, and four messages to their user about passkeys.
  expect(await usage()).toMatch(/older +6 values/)
  expect((await type('keys reencrypt')).code).toBe(0)
  expect(await usage()).toMatch(/older +not in use/)
})

describe('billfold user', () => {
  test('exports the passkeys of a user, and erases them', async () => {
    const { type, userId, billfold } = database
    await register('Blue laptop')
    expect((await type(`user export ${userId}`)).printed).toContain('Blue laptop')
    expect((await type(`user erase ${userId} --yes`)).code).toBe(0)
    expect(await billfold.passkeys.list(userId)).toEqual([])
  })

  test('exports and erases on a database without the tables of modules', async () => {
    const plain = await createDatabase('plain', [])
    expect(JSON.parse((await plain.type(`user export ${plain.userId}`)).printed)).not.toHaveProperty('data.passkeys')
    expect((await plain.type(`user erase ${plain.userId} --yes`)).code).toBe(0)
    expect((await plain.type(`user passkeys list ${plain.userId}`)).code).toBe(1)
    await plain.close()
  })
})
