import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newKey } from '@billfold/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runLine } from './test-fixtures/run-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'billfold-cli-'))
const file = join(folder, 'keys.json')
const environment = { DATABASE_URL: `file:${join(folder, 'test.sqlite')}` }
const today = new Date().toISOString().slice(0, 10)

const type = (line: string, more: Readonly<Record<string, string>> = {}) => runLine(line, { ...environment, ...more })
const data = async (line: string): Promise<unknown> => JSON.parse((await type(`${line} --json`)).printed)

beforeAll(async () => {
  await type('migrate')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('billfold keys', () => {
  test('rotates from the first key to a second one and retires the first', async () => {
    expect(await type(`keys create --keyring ${file} --id k1`)).toMatchObject({ code: 0, printed: 'Created key k1\n' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const made = await data(`service-key create --tag a --scope custody --keyring ${file}`)
    expect(made).toMatchObject({ keyId: expect.any(String) })
    await type(`audit checkpoint --keyring ${file}`)

    const created = await type(`keys create --keyring ${file}`)
    expect(created.printed).toBe(
      `Created key ${today}\nOnce every host has loaded the file: billfold keys rotate ${today} --keyring ${file}\n`,
    )
    expect(created.printed).not.toContain(JSON.parse(readFileSync(file, 'utf8')).keys[today])
    expect((await type(`keys list --keyring ${file}`)).printed).toBe(
      `KEY         STATE    STILL USED BY\nk1          current\n${today}  older    not in use\n`,
    )

    expect((await type(`keys rotate ${today} --keyring ${file}`)).code).toBe(0)
    expect((await type(`keys list --keyring ${file}`)).printed).toBe(
      `KEY         STATE    STILL USED BY\n${today}  current\nk1          older    1 value, 0 signing methods, 0 passwords and PINs, the newest audit chain link\n`,
    )
    const refused = await type(`keys retire k1 --keyring ${file}`)
    expect(refused).toMatchObject({ code: 3, printed: expect.stringContaining('k1 is still in use') })

    expect(await type(`keys reencrypt --keyring ${file}`)).toMatchObject({
      printed: `Re-encrypted 1 value under ${today}\n`,
      complaint: '100 %: 1 of 1 values\n',
    })
    expect(await type(`keys retire k1 --keyring ${file}`)).toMatchObject({
      code: 0,
      printed: 'k1 was removed from the keyring: not in use\n',
    })
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).keys)).toEqual([today])
    expect(await type(`audit verify --keyring ${file}`)).toMatchObject({ code: 0 })
    expect(await type(`service-key list --keyring ${file}`)).toMatchObject({ code: 0 })
  })

  test('returns 3 if a value depends on a key that is not in the keyring', async () => {
    const other = join(folder, 'other.json')
    await type(`keys create --keyring ${other}`)
    const listed = await type(`keys list --keyring ${other} --json`)
    // A different key with the same id is detected by what it cannot decrypt, not by its id.
    expect(listed.code).toBe(0)
    const third = join(folder, 'third.json')
    await type(`keys create --keyring ${third} --id other`)
    expect(await type(`keys list --keyring ${third}`)).toMatchObject({
      code: 3,
      printed: expect.stringContaining(`${today}  NOT IN THE KEYRING  1 value`),
    })
    expect(await type(`keys reencrypt --keyring ${third}`)).toMatchObject({
      code: 3,
      printed: expect.stringContaining('keyring.unknown-key  service_keys.sealedSecret'),
    })
  })

  test('prints entries for keys in the environment', async () => {
    const first = await type('keys create')
    expect(first.printed).toMatch(new RegExp(`^${today}:[A-Za-z0-9+/]{43}=\nSet BILLFOLD_KEYS to this value.\n$`))
    const keys = { BILLFOLD_KEYS: `${today}:${newKey()}` }
    const second = await type('keys create', keys)
    expect(second.printed).toMatch(new RegExp(`^${today}-2:\\S+\nAppend it .* BILLFOLD_CURRENT_KEY=${today} until`))
    expect(await type(`keys rotate ${today}`, keys)).toMatchObject({
      code: 2,
      complaint: expect.stringContaining(`set BILLFOLD_CURRENT_KEY=${today}`),
    })
  })

  test.each([
    ['keys', 'create, rotate, reencrypt, list or retire'],
    ['keys rotate', 'ID of the key'],
    ['keys rotate k1', '--keyring FILE'],
    ['keys retire', 'ID of the key'],
    [`keys create --keyring ${file} --id a:b`, 'Invalid or existing key id'],
    [`keys create --keyring ${file} --id ${today}`, 'Invalid or existing key id'],
    [`keys retire none --keyring ${file}`, 'not an older key in the keyring'],
  ])('rejects %s with exit code 2', async (line, complaint) => {
    expect(await type(line)).toMatchObject({ code: 2, printed: '', complaint: expect.stringContaining(complaint) })
  })
})
