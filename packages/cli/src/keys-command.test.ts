import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newKey } from '@billfold/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { typeLine } from './test-fixtures/type-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'billfold-cli-'))
const file = join(folder, 'keys.json')
const environment = { DATABASE_URL: `file:${join(folder, 'test.sqlite')}` }
const today = new Date().toISOString().slice(0, 10)

const type = (line: string, more: Readonly<Record<string, string>> = {}) => typeLine(line, { ...environment, ...more })
const data = async (line: string): Promise<unknown> => JSON.parse((await type(`${line} --json`)).printed)

beforeAll(async () => {
  await type('migrate')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('billfold keys', () => {
  test('leads a rotation from the first key to the last use of it', async () => {
    expect(await type(`keys create --keyring ${file} --id k1`)).toMatchObject({ code: 0, printed: 'Made the key k1\n' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const made = await data(`service-key create --tag a --scope custody --keyring ${file}`)
    expect(made).toMatchObject({ keyId: expect.any(String) })
    await type(`audit seal --keyring ${file}`)

    const created = await type(`keys create --keyring ${file}`)
    expect(created.printed).toBe(
      `Made the key ${today}\nWhen every host has read the file: billfold keys rotate ${today} --keyring ${file}\n`,
    )
    expect(created.printed).not.toContain(JSON.parse(readFileSync(file, 'utf8')).keys[today])
    expect((await type(`keys list --keyring ${file}`)).printed).toBe(
      `k1  the newest\n${today}  older: nothing needs it\n`,
    )

    expect((await type(`keys rotate ${today} --keyring ${file}`)).code).toBe(0)
    expect((await type(`keys list --keyring ${file}`)).printed).toBe(
      `${today}  the newest\nk1  older: 1 value, 0 signing methods, 0 passwords and PINs, the end of the audit trail\n`,
    )
    const refused = await type(`keys retire k1 --keyring ${file}`)
    expect(refused).toMatchObject({ code: 3, printed: expect.stringContaining('k1 is still needed') })

    expect((await type(`keys re-seal --keyring ${file}`)).printed).toBe(`Sealed 1 value again under ${today}\n`)
    expect(await type(`keys retire k1 --keyring ${file}`)).toMatchObject({
      code: 0,
      printed: 'k1 has left the keyring: nothing needs it\n',
    })
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).keys)).toEqual([today])
    expect(await type(`audit verify --keyring ${file}`)).toMatchObject({ code: 0 })
    expect(await type(`service-key list --keyring ${file}`)).toMatchObject({ code: 0 })
  })

  test('says so when something needs a key that the keyring does not have', async () => {
    const other = join(folder, 'other.json')
    await type(`keys create --keyring ${other}`)
    const listed = await type(`keys list --keyring ${other} --json`)
    // Another key of the same name is told by what it does not open, and not by its name.
    expect(listed.code).toBe(0)
    const third = join(folder, 'third.json')
    await type(`keys create --keyring ${third} --id other`)
    expect(await type(`keys list --keyring ${third}`)).toMatchObject({
      code: 3,
      printed: expect.stringContaining(`${today}  NOT IN THE KEYRING: 1 value`),
    })
    expect(await type(`keys re-seal --keyring ${third}`)).toMatchObject({
      code: 3,
      printed: expect.stringContaining('keyring.unknown-key  service_keys.sealedSecret'),
    })
  })

  test('makes keys for the environment, which it cannot change itself', async () => {
    const first = await type('keys create')
    expect(first.printed).toMatch(new RegExp(`^${today}:[A-Za-z0-9+/]{43}=\nThis is what BILLFOLD_KEYS is to be.\n$`))
    const keys = { BILLFOLD_KEYS: `${today}:${newKey()}` }
    const second = await type('keys create', keys)
    expect(second.printed).toMatch(new RegExp(`^${today}-2:\\S+\nAppend it .* BILLFOLD_CURRENT_KEY=${today} until`))
    expect(await type(`keys rotate ${today}`, keys)).toMatchObject({
      code: 2,
      complaint: expect.stringContaining(`set BILLFOLD_CURRENT_KEY=${today}`),
    })
  })

  test.each([
    ['keys', 'create, rotate, re-seal, list or retire'],
    ['keys rotate', 'which key'],
    ['keys rotate k1', 'which keyring'],
    ['keys retire', 'which key'],
    [`keys create --keyring ${file} --id a:b`, 'cannot be the id'],
    [`keys create --keyring ${file} --id ${today}`, 'cannot be the id'],
    [`keys retire none --keyring ${file}`, 'not an older key'],
  ])('does not understand %s', async (line, complaint) => {
    expect(await type(line)).toMatchObject({ code: 2, printed: '', complaint: expect.stringContaining(complaint) })
  })
})
