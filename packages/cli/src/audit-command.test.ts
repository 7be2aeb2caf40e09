import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import Database from 'libsql'
import { typeLine } from './test-fixtures/type-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'billfold-cli-'))
const keyring = join(folder, 'keys.json')
const path = join(folder, 'test.sqlite')

const type = (line: string) => typeLine(`${line} --keyring ${keyring}`, { DATABASE_URL: `file:${path}` })
const data = async (line: string): Promise<unknown> => JSON.parse((await type(`${line} --json`)).printed)

/** As somebody who has the database and not the keyring. */
function intrude(sql: string): void {
  const db = new Database(path)
  db.exec(sql)
  db.close()
}

beforeAll(async () => {
  await typeLine('migrate', { DATABASE_URL: `file:${path}` })
  await type('keys create')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('billfold audit', () => {
  test('searches, seals, verifies, and tells what an intruder did', async () => {
    await type('licence create --tag a')
    await type('licence create --tag b')
    const searched = await type('audit search --act licence.created --limit 1')
    expect(searched.printed).toMatch(
      /^\S+Z {2}licence.created {2}\S{36} {2}by host {2}unsealed {2}\{"tag":"b".*\}\nmore: --after \S{36}\n$/,
    )
    const after = /--after (\S+)/.exec(searched.printed)?.[1] ?? ''
    expect((await type(`audit search --after ${after}`)).printed).toContain('"tag":"a"')
    expect((await type('audit search --tenant other')).printed).toBe('')
    expect((await type('audit search --to 2020-01-01 --from 2019-01-01')).printed).toBe('')

    expect((await type('audit head')).printed).toBe(`0:${'0'.repeat(64)}\n`)
    expect((await type('audit seal')).printed).toBe('Sealed 2 records in 1 link\n')
    const head = (await type('audit head')).printed.trim()
    expect(head).toMatch(/^1:[0-9a-f]{64}$/)
    expect(await type(`audit verify --head ${head}`)).toMatchObject({
      code: 0,
      printed: `The trail is whole: 2 records in 1 link, head ${head}\n`,
    })
    expect(await data('audit verify')).toMatchObject({ findings: [], records: 2, links: 1, hasUnsealed: false })

    intrude(`update billfold_audit_records set subject = 'x' where id = '${after}'`)
    expect(await type('audit verify')).toMatchObject({
      code: 3,
      printed: expect.stringMatching(/^record-changed {2}link 1, record \S{36}: A record does not say what/),
    })
    intrude('delete from billfold_audit_links; delete from billfold_audit_records')
    expect((await type('audit verify')).code).toBe(0)
    expect(await type(`audit verify --head ${head}`)).toMatchObject({
      code: 3,
      printed: expect.stringContaining('head-removed'),
    })
  })

  test('forgets old records', async () => {
    expect((await type('audit prune --before 2020-01-01')).printed).toBe('Nothing to remove\n')
    expect((await type('audit prune --before 2999-01-01')).code).toBe(1)
  })

  test.each([
    ['audit', 'search, head, verify, seal or prune'],
    ['audit search --act flying', 'no act "flying"'],
    ['audit search --from soon', '2027-01-31'],
    ['audit search --limit many', '--limit is a number'],
    ['audit verify --head x', 'A head looks like'],
    ['audit prune', '--before DATE'],
  ])('does not understand %s', async (line, complaint) => {
    expect(await type(line)).toMatchObject({ code: 2, printed: '', complaint: expect.stringContaining(complaint) })
  })
})

describe('billfold payments', () => {
  test('adds up, and tells a balance that was raised by hand', async () => {
    expect(await type('payments audit')).toMatchObject({
      code: 0,
      printed: '0 payments, 0 deposits and withdrawals: everything adds up\n',
    })
    const hundred = `1${'0'.repeat(35)}100`
    intrude(`insert into billfold_ledger_accounts (id, tenant, kind, owner, currency, shard, balance, entries, created_at)
      values ('a', 'default', 'available', 'u', 'USD', 0, '${hundred}', 0, 1)`)
    expect(await type('payments audit')).toMatchObject({ code: 3, printed: expect.stringContaining('balance') })
  })
})

describe('billfold user', () => {
  test('prints and erases what is known of a person, when it is told to twice', async () => {
    intrude(`insert into billfold_users (id, tenant, reference, created_at) values ('u1', 'default', 'Ada', 1)`)
    expect(await data('user export u1')).toMatchObject({ user: { id: 'u1', reference: 'Ada' } })
    expect(await type('user erase u1')).toMatchObject({ code: 2, complaint: expect.stringContaining('--yes') })
    expect(await type('user erase u1 --yes')).toMatchObject({ code: 0, printed: 'Erased u1\n' })
    expect(await data('user export u1')).toMatchObject({ user: { id: 'u1', reference: null } })
    expect((await type('user export nobody')).code).toBe(1)
  })
})
