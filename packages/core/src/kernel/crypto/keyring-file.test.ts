import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { localKeyring, newKey } from './keyring.ts'
import { addKeyToFile, createKeyringFile, fileKeyring, setCurrentKeyInFile, removeKeyFromFile } from './keyring-file.ts'

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
  test('is created with one random key, readable only by its owner', async () => {
    createKeyringFile(path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const keyring = fileKeyring(path)
    expect(keyring.currentKeyId).toBe('1')
    expect(await keyring.derive('1', 'seal')).toEqual(await fileKeyring(path).derive('1', 'seal'))
  })

  test('is never overwritten, nor created through a dangling link', () => {
    createKeyringFile(path)
    const before = readFileSync(path, 'utf8')
    expect(() => createKeyringFile(path)).toThrow(invalid)
    expect(readFileSync(path, 'utf8')).toBe(before)
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'))
    expect(() => createKeyringFile(join(folder, 'link'))).toThrow(invalid)
  })

  test('is read with all keys', async () => {
    const options = { currentKeyId: 'new', keys: { old: newKey(), new: newKey() } }
    write(JSON.stringify(options))
    const keyring = fileKeyring(path)
    expect(keyring.currentKeyId).toBe('new')
    expect(await keyring.derive('old', 'seal')).toEqual(await localKeyring(options).derive('old', 'seal'))
  })

  test.each([0o640, 0o604, 0o620, 0o644, 0o610])('is rejected when its mode is %o', (mode) => {
    createKeyringFile(path)
    chmodSync(path, mode)
    expect(() => fileKeyring(path)).toThrow(invalid)
  })

  test.each([
    ['nothing', ''],
    ['malformed JSON', '{"currentKeyId":'],
    ['a list', '[]'],
    ['no keys', '{"currentKeyId":"1"}'],
    ['an unknown field', JSON.stringify({ currentKeyId: '1', keys: { '1': newKey() }, more: 1 })],
    ['a key that is not a string', '{"currentKeyId":"1","keys":{"1":1}}'],
    ['a key of the wrong length', '{"currentKeyId":"1","keys":{"1":"AAAA"}}'],
    ['more than 64 KiB', JSON.stringify({ currentKeyId: '1', keys: { '1': newKey() } }) + ' '.repeat(65_536)],
  ])('is rejected when it contains %s', (_, content) => {
    write(content)
    expect(() => fileKeyring(path)).toThrow(invalid)
  })

  test('is rejected when it is missing or a directory', () => {
    expect(() => fileKeyring(path)).toThrow(invalid)
    chmodSync(folder, 0o700)
    expect(() => fileKeyring(folder)).toThrow(invalid)
  })

  test('accepts new keys that become current only on request, and drops old ones', async () => {
    createKeyringFile(path, 'a')
    const first = await fileKeyring(path).derive('a', 'seal')
    addKeyToFile(path, 'b')
    expect(fileKeyring(path)).toMatchObject({ currentKeyId: 'a', keyIds: ['a', 'b'] })
    setCurrentKeyInFile(path, 'b')
    expect(fileKeyring(path)).toMatchObject({ currentKeyId: 'b', keyIds: ['a', 'b'] })
    expect(await fileKeyring(path).derive('a', 'seal')).toEqual(first)
    removeKeyFromFile(path, 'a')
    expect(fileKeyring(path)).toMatchObject({ currentKeyId: 'b', keyIds: ['b'] })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('is changed through a link, which remains a link', () => {
    createKeyringFile(path)
    symlinkSync(path, join(folder, 'link'))
    addKeyToFile(join(folder, 'link'), 'b')
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true)
    expect(fileKeyring(path).keyIds).toEqual(['1', 'b'])
  })

  test('does not change when a change is rejected', () => {
    createKeyringFile(path)
    const before = readFileSync(path, 'utf8')
    for (const change of [
      () => addKeyToFile(path, '1'),
      () => addKeyToFile(path, 'a:b'),
      () => setCurrentKeyInFile(path, '2'),
      () => removeKeyFromFile(path, '1'),
      () => removeKeyFromFile(path, '2'),
      () => addKeyToFile(join(folder, 'none'), 'b'),
    ])
      expect(change).toThrow(invalid)
    expect(readdirSync(folder)).toEqual(['keyring.json'])
    writeFileSync(`${path}.new`, '')
    expect(() => addKeyToFile(path, 'b')).toThrow(invalid)
    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  test('does not appear in error messages', () => {
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
