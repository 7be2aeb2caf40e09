import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyringFile, newId } from '@billfold/core'
import { batch, insert } from '@billfold/core/storage'
import { credentials } from '@billfold/credentials'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectDatabase } from './connect-database.ts'
import { runLine } from './test-fixtures/run-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'billfold-cli-'))
const keyring = join(folder, 'keys.json')
const url = `file:${join(folder, 'test.sqlite')}`
const type = (line: string) => runLine(`${line} --keyring ${keyring}`, { DATABASE_URL: url, BILLFOLD_KEYS: '' })
const [id, listId, userId] = [newId(), newId(), newId()]

beforeAll(async () => {
  createKeyringFile(keyring)
  const { db, dialect } = await connectDatabase(url, 'create')
  const module = credentials({})
  await migrate(db, { dialect, modules: [module] })
  const tableOf = (name: string) => {
    const table = module.tables.find((one) => one.name === name)
    if (table === undefined) throw new Error(`no table ${name}`)
    return table
  }
  const times = { createdAt: Date.parse('2026-11-01'), expiresAt: Date.parse('2026-11-15') }
  const list = { id: listId, tenant: 'default', ref: 'r', bits: 2, taken: 1, version: 1, lastExpiry: 0, state: 'open' }
  const row = { id, tenant: 'default', grantId: newId(), type: 'identity', format: 'dc+sd-jwt', userId, ...times }
  const place = { keyHash: 'k', listId, listIndex: 7, status: 'valid', notificationHash: 'n' }
  await kyselyStorage(db, { dialect }).commit(
    batch(
      insert(tableOf('status_lists'), { ...list, current: null, createdAt: times.createdAt }),
      insert(tableOf('issued_credentials'), { ...row, ...place, applicationId: null, event: null }),
    ),
  )
  await db.destroy()
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('billfold credentials', () => {
  test('lists what was issued, by user', async () => {
    const { code, printed } = await type(`credentials issued --user ${userId}`)
    expect(code).toBe(0)
    expect(printed).toContain(
      `${id}  valid   2026-11-01T00:00:00Z  2026-11-15T00:00:00Z  dc+sd-jwt  identity  ${userId}`,
    )
    expect((await type('credentials issued --type other')).printed).toBe('No issued credentials\n')
  })

  test('suspends, restores and revokes, and revoked is final', async () => {
    expect((await type(`credentials suspend ${id} --reason lost`)).printed).toContain('suspended')
    expect((await type(`credentials restore ${id}`)).printed).toContain('valid')
    expect((await type(`credentials revoke ${id}`)).printed).toContain('revoked')
    expect((await type(`credentials restore ${id}`)).code).toBe(1)
  })

  test('lists what a user holds', async () => {
    expect(await type(`credentials held ${userId}`)).toMatchObject({ code: 0, printed: 'No held credentials\n' })
  })

  test('says which argument is missing', async () => {
    expect((await type('credentials revoke')).code).toBe(2)
    expect((await type('credentials held')).code).toBe(2)
  })
})
