import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyringFile, newKey } from '@billfold/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runLine } from './test-fixtures/run-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'billfold-cli-'))
const keyring = join(folder, 'keys.json')
const url = `file:${join(folder, 'test.sqlite')}`

const type = (line: string, environment: Readonly<Record<string, string>> = { DATABASE_URL: url, BILLFOLD_KEYS: '' }) =>
  runLine(line, environment)

beforeAll(async () => {
  createKeyringFile(keyring)
  await type('migrate')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('billfold licence', () => {
  test('creates, lists and revokes a licence', async () => {
    const made = await type(`licence create --tag shop --level system --community c1 --keyring ${keyring}`)
    expect(made.code).toBe(0)
    const [, id = '', licence = ''] = /^id {6}(\S+)\nlicence (\S{43})\n$/.exec(made.printed) ?? []
    const listed = await type(`licence list --keyring ${keyring}`)
    expect(listed.printed).toMatch(
      /^ID +CREATED +LEVEL +STATE +UNTIL +COMMUNITY +TAG\n\S{36} {2}20\S+Z {2}system {2}valid {2}- +c1 +shop\n$/,
    )
    expect(listed.printed).toContain(id)
    expect(listed.printed).not.toContain(licence)
    expect(await type(`licence revoke ${id} --keyring ${keyring}`)).toMatchObject({
      code: 0,
      printed: `Revoked ${id}\n`,
    })
    expect((await type(`licence list --keyring ${keyring}`)).printed).toContain('revoked')
    expect((await type(`licence revoke ${id} --keyring ${keyring}`)).code).toBe(1)
  })

  test('creates a licence with an expiry for another tenant', async () => {
    const line = `licence create --tag a --tenant other --expires 2999-01-31 --keyring ${keyring}`
    expect((await type(line)).code).toBe(0)
    const listed = await type(`licence list --tenant other --keyring ${keyring}`)
    expect(listed.printed).toMatch(/standard {2}valid {2}2999-01-31T00:00:00Z {2}all +a\n$/)
    expect((await type(`licence list --tenant third --keyring ${keyring}`)).printed).toBe('No licences\n')
  })

  test('loads the keyring from the environment', async () => {
    const environment = { DATABASE_URL: url, BILLFOLD_KEYS: `k1:${newKey()}` }
    expect((await type('licence create --tag b', environment)).code).toBe(0)
  })

  test.each([
    ['licence', 'create, revoke or list'],
    ['licence burn', 'create, revoke or list'],
    ['service-key create --tag a --scope nonsense', 'Unknown scope: "nonsense"'],
    ['licence create', '--tag NAME'],
    ['licence create --tag a --level king', 'must be standard or system'],
    ['licence create --tag a --expires soon', '2027-01-31'],
    ['licence revoke', 'ID of the licence'],
    ['licence list --colour red', "Unknown option '--colour'"],
    ['service-key', 'create, revoke, list or scopes'],
    ['service-key create --tag a', '--scope SCOPE'],
    ['service-key revoke', 'ID of the key'],
  ])('rejects %s with exit code 2', async (line, complaint) => {
    expect(await type(line)).toMatchObject({ code: 2, printed: '', complaint: expect.stringContaining(complaint) })
  })

  test('names the missing database or keyring, and rejects an expiry in the past', async () => {
    expect(await type('licence list', {})).toMatchObject({
      code: 2,
      complaint: expect.stringContaining('DATABASE_URL'),
    })
    expect(await type('licence list', { DATABASE_URL: url })).toMatchObject({
      code: 2,
      complaint: expect.stringContaining('BILLFOLD_KEYS'),
    })
    const past = await type(`licence create --tag a --expires 1999-01-31 --keyring ${keyring}`)
    expect(past).toMatchObject({ code: 1, complaint: expect.stringContaining('must be in the future') })
  })
})

describe('billfold service-key', () => {
  test('creates, lists without the secret, and revokes a key', async () => {
    const made = await type(
      `service-key create --tag gate --scope custody --scope dids --type gateway --keyring ${keyring}`,
    )
    const [, id = '', secret = ''] = /^keyId {5}(\S+)\nkeySecret (\S{43})\n$/.exec(made.printed) ?? []
    const listed = await type(`service-key list --keyring ${keyring}`)
    expect(listed.printed).toMatch(
      /^ID +CREATED +TYPE +TAG +SCOPES\n\S{36} {2}20\S+Z {2}gateway {2}gate {2}custody dids\n$/,
    )
    expect(listed.printed).toContain(id)
    expect(listed.printed).not.toContain(secret)
    expect((await type(`service-key revoke ${id} --keyring ${keyring}`)).code).toBe(0)
    expect((await type(`service-key list --keyring ${keyring}`)).printed).toBe('No service keys\n')
  })
  test('creates a key with a scope of an own module, and lists the known scopes', async () => {
    const made = await type(`service-key create --tag own --own-scope loyalty --keyring ${keyring} --json`)
    expect(JSON.parse(made.printed)).toMatchObject({ keyId: expect.any(String) })
    expect((await type(`service-key list --keyring ${keyring}`)).printed).toMatch(/ own {2}loyalty\n$/)
    const { printed } = await type('service-key scopes')
    for (const scope of ['*', 'custody', 'dids:sign', 'authentication:liveid', 'risk:policies'])
      expect(printed).toMatch(new RegExp(`^${scope === '*' ? '\\*' : scope} {2}`, 'm'))
  })
})
