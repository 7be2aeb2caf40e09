import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBillfold, createKeyringFile, fileKeyring, newId, tables } from '@billfold/core'
import { batch, insert } from '@billfold/core/storage'
import { risk } from '@billfold/risk'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectDatabase } from './connect-database.ts'
import { runLine } from './test-fixtures/run-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'billfold-cli-'))
const keyring = join(folder, 'keys.json')
const url = `file:${join(folder, 'test.sqlite')}`
const type = (line: string) => runLine(`${line} --keyring ${keyring}`, { DATABASE_URL: url, BILLFOLD_KEYS: '' })
const userId = newId()
let assessmentId = ''

beforeAll(async () => {
  createKeyringFile(keyring)
  const { db, dialect } = await connectDatabase(url, 'create')
  const modules = [risk()] as const
  await migrate(db, { dialect, modules })
  const storage = kyselyStorage(db, { dialect })
  const billfold = createBillfold({ storage, keyring: fileKeyring(keyring), modules })
  const users = tables.find(({ name }) => name === 'users')
  if (users === undefined) throw new Error('Billfold has no table users')
  const row = {
    id: userId,
    tenant: 'default',
    reference: null,
    origin: 'test',
    createdAt: Date.now(),
    archivedAt: null,
  }
  await storage.commit(batch(insert(users, row)))
  assessmentId = (await billfold.risk.assess({ userId, act: 'key-export' })).id
  await billfold.risk.policies.add({ name: 'no exports', subject: { kind: 'tenant' }, then: { decision: 'deny' } })
  await db.destroy()
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('billfold risk', () => {
  test('lists the assessments of a user, and shows one with its factors', async () => {
    const listed = await type(`risk list ${userId}`)
    expect(listed.printed).toMatch(/ (?:NOTE|LOW|MEDIUM|HIGH|CRITICAL) +key-export\n$/)
    const shown = await type(`risk show ${assessmentId}`)
    expect(shown.code).toBe(0)
    expect(shown.printed).toContain('technical-impact  act                   9  x 2  {"act":"key-export"}')
    expect(shown.printed).toMatch(/impact 9\.00 HIGH \(technical\)/)
    expect(shown.printed).toMatch(/ % of the weights had no data\n$/)
  })

  test('lists the policies', async () => {
    expect((await type('risk policies')).printed).toMatch(
      /^ID +VERSION +ORDER +SUBJECT +DECISION +NAME\n\S{36} {2}1 +0 +tenant +deny +no exports\n$/,
    )
  })

  test('says which argument is missing', async () => {
    expect((await type('risk list')).code).toBe(2)
    expect((await type('risk show')).code).toBe(2)
  })
})
