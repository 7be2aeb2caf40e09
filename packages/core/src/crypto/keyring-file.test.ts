import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { localKeyring, newKey } from './keyring.ts'
import { createKeyringFile, fileKeyring } from './keyring-file.ts'

const invalid: unknown = expect.objectContaining({ code: 'keyring.invalid' })
let folder = ''
let path = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'billfold-keyring-'))
  path = join(folder, 'keyring.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (content: string, mode = 0o600): void => {
  writeFileSync(path, content)
  chmodSync(path, mode)
}

describe('a keyring file', () => {
  test('is made with one random key, for its owner alone', async () => {
    createKeyringFile(path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const keyring = fileKeyring(path)
    expect(keyring.currentKeyId).toBe('1')
    expect(await keyring.derive('1', 'seal')).toEqual(await fileKeyring(path).derive('1', 'seal'))
  })

  test('is never written over, nor through a link that leads elsewhere', () => {
    createKeyringFile(path)
    const before = readFileSync(path, 'utf8')
    expect(() => createKeyringFile(path)).toThrow(invalid)
    expect(readFileSync(path, 'utf8')).toBe(before)
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'))
    expect(() => createKeyringFile(join(folder, 'link'))).toThrow(invalid)
  })

  test('is read with all its keys', async () => {
    const options = { currentKeyId: 'new', keys: { old: newKey(), new: newKey() } }
    write(JSON.stringify(options))
    const keyring = fileKeyring(path)
    expect(keyring.currentKeyId).toBe('new')
    expect(await keyring.derive('old', 'seal')).toEqual(await localKeyring(options).derive('old', 'seal'))
  })

  test.each([0o640, 0o604, 0o620, 0o644, 0o610])('is refused when its mode is %o', (mode) => {
    createKeyringFile(path)
    chmodSync(path, mode)
    expect(() => fileKeyring(path)).toThrow(invalid)
  })

  test.each([
    ['nothing', ''],
    ['no JSON', '{"currentKeyId":'],
    ['a list', '[]'],
    ['no keys', '{"currentKeyId":"1"}'],
    ['a further field', JSON.stringify({ currentKeyId: '1', keys: { '1': newKey() }, more: 1 })],
    ['a key that is no string', '{"currentKeyId":"1","keys":{"1":1}}'],
    ['a key of the wrong length', '{"currentKeyId":"1","keys":{"1":"AAAA"}}'],
    ['more than 64 KiB', JSON.stringify({ currentKeyId: '1', keys: { '1': newKey() } }) + ' '.repeat(65_536)],
  ])('is refused with %s in it', (_, content) => {
    write(content)
    expect(() => fileKeyring(path)).toThrow(invalid)
  })

  test('is refused where it is missing, or a folder', () => {
    expect(() => fileKeyring(path)).toThrow(invalid)
    chmodSync(folder, 0o700)
    expect(() => fileKeyring(folder)).toThrow(invalid)
  })

  test('never quotes its content in an error', () => {
    const key = newKey()
    write(`{"currentKeyId":"1","keys":{"1":"${key}"`)
    let text = ''
    try {
      fileKeyring(path)
    } catch (error) {
      text = `${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`
    }
    expect(text).toContain('keyring')
    expect(text).not.toContain(key.slice(0, 8))
  })
})
