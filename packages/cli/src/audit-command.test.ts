import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import Database from 'libsql'
import { runLine } from './test-fixtures/run-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'billfold-cli-'))
const keyring = join(folder, 'keys.json')
const path = join(folder, 'test.sqlite')

const type = (line: string) => runLine(`${line} --keyring ${keyring}`, { DATABASE_URL: `file:${path}` })
const data = async (line: string): Promise<unknown> => JSON.parse((await type(`${line} --json`)).printed)

/** Runs SQL like an attacker who has access to the database but not to the keyring. */
function tamper(sql: string): void {
  const db = new Database(path)
  db.exec(sql)
  db.close()
}

beforeAll(async () => {
  await runLine('migrate', { DATABASE_URL: `file:${path}` })
  await type('keys create')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('billfold audit', () => {
  test('searches, checkpoints and verifies, and detects tampering', async () => {
    await type('licence create --tag a')
    await type('licence create --tag b')
    const searched = await type('audit search --action licence.created --limit 1')
    expect(searched.printed).toMatch(
      /^TIME +ACTION +SUBJECT +ACTOR +CHAIN +DETAIL\n\S+Z {2}licence.created {2}\S{36} {2}host {3}not in chain {2}\{"tag":"b".*\}\nmore: --after \S{36}\n$/,
    )
    const after = /--after (\S+)/.exec(searched.printed)?.[1] ?? ''
    expect((await type(`audit search --after ${after}`)).printed).toContain('"tag":"a"')
    expect((await type('audit search --tenant other')).printed).toBe('No records\n')
    expect((await type('audit search --to 2020-01-01 --from 2019-01-01')).printed).toBe('No records\n')

    expect((await type('audit latest-checkpoint')).printed).toBe(`0:${'0'.repeat(64)}\n`)
    expect((await type('audit checkpoint')).printed).toBe('Added 2 records in 1 link\n')
    const checkpoint = (await type('audit latest-checkpoint')).printed.trim()
    expect(checkpoint).toMatch(/^1:[0-9a-f]{64}$/)
    expect(await type(`audit verify --checkpoint ${checkpoint}`)).toMatchObject({
      code: 0,
      printed: `The audit log is intact: 2 records in 1 link, checkpoint ${checkpoint}\n`,
    })
    expect((await type('audit verify')).complaint).toBe('100 %: 1 of 1 links of the chain\n')
    expect(await data('audit verify')).toMatchObject({ findings: [], records: 2, links: 1, hasUnlinkedRecords: false })

    await type('licence create --tag c')
    await type('audit checkpoint')
    const later = (await type('audit latest-checkpoint')).printed.trim()
    const intact = (count: string) => ({
      code: 0,
      printed: `The audit log is intact: ${count}, checkpoint ${later}\n`,
    })
    for (const start of [checkpoint, '1']) {
      expect(await type(`audit verify --from ${start}`)).toMatchObject(intact('1 record in 1 link'))
      expect((await type(`audit verify --from ${start}`)).complaint).toBe('100 %: 2 of 2 links of the chain\n')
    }
    expect(await type('audit verify --from 2020-01-01')).toMatchObject(intact('3 records in 2 links'))
    expect(await type('audit verify --from 2999-01-01')).toMatchObject(intact('0 records in 0 links'))
    expect(await type(`audit verify --from 1:${'0'.repeat(64)}`)).toMatchObject({
      code: 3,
      printed: expect.stringContaining('checkpoint-mismatch'),
    })

    tamper(`update billfold_audit_records set subject = 'x' where id = '${after}'`)
    expect(await type('audit verify --from 1')).toMatchObject(intact('1 record in 1 link'))
    expect(await type('audit verify')).toMatchObject({
      code: 3,
      printed: expect.stringMatching(/^record-changed {2}link 1, record \S{36}: A record was changed/),
    })
    tamper('delete from billfold_audit_links; delete from billfold_audit_records')
    expect((await type('audit verify')).code).toBe(0)
    expect(await type(`audit verify --checkpoint ${checkpoint}`)).toMatchObject({
      code: 3,
      printed: expect.stringContaining('checkpoint-missing'),
    })
  })

  test('prunes old records', async () => {
    expect((await type('audit prune --before 2020-01-01')).printed).toBe('Nothing to prune\n')
    expect((await type('audit prune --before 2999-01-01')).code).toBe(1)
  })

  test.each([
    ['audit', 'search, checkpoint, latest-checkpoint, verify or prune'],
    ['audit search --action flying', 'Unknown audit action: "flying"'],
    ['audit search --from soon', '2027-01-31'],
    ['audit search --limit many', '--limit must be a number'],
    ['audit verify --checkpoint x', 'A checkpoint has the form'],
    ['audit verify --from 1:x', 'A checkpoint has the form'],
    ['audit verify --from soon', '2027-01-31'],
    ['audit prune', '--before DATE'],
  ])('rejects %s with exit code 2', async (line, complaint) => {
    expect(await type(line)).toMatchObject({ code: 2, printed: '', complaint: expect.stringContaining(complaint) })
  })
})

describe('billfold payments', () => {
  test('finds no discrepancies, and detects a balance that was tampered with', async () => {
    expect(await type('payments audit')).toMatchObject({
      code: 0,
      printed: '0 payments, 0 deposits and withdrawals: no discrepancies\n',
    })
    const hundred = `1${'0'.repeat(35)}100`
    tamper(`insert into billfold_ledger_accounts (id, tenant, kind, owner, currency, shard, balance, entries, created_at)
      values ('a', 'default', 'available', 'u', 'USD', 0, '${hundred}', 0, 1)`)
    expect(await type('payments audit')).toMatchObject({ code: 3, printed: expect.stringContaining('balance') })
  })
})

describe('billfold user', () => {
  test('exports and unlocks a user, and erases it only with --yes', async () => {
    tamper(
      `insert into billfold_users (id, tenant, reference, origin, created_at) values ('u1', 'default', 'Ada', 'test', 1)`,
    )
    expect(await data('user export u1')).toMatchObject({ user: { id: 'u1', reference: 'Ada' } })
    expect(await type('user unlock')).toMatchObject({ code: 2, complaint: expect.stringContaining('ID of the user') })
    expect(await type('user unlock nobody')).toMatchObject({ code: 1 })
    expect(await type('user unlock u1')).toMatchObject({ code: 0, printed: 'Unlocked u1\n' })
    expect(await type('user erase u1')).toMatchObject({ code: 2, complaint: expect.stringContaining('--yes') })
    expect(await type('user erase u1 --yes')).toMatchObject({ code: 0, printed: 'Erased u1\n' })
    expect(await data('user export u1')).toMatchObject({ user: { id: 'u1', reference: null } })
    expect((await type('user export nobody')).code).toBe(1)
  })
})
