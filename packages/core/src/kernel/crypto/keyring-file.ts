import {
  closeSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { z } from 'zod'
import { BillfoldError } from '../errors.ts'
import { type Keyring, type KeyringKeys, localKeyring, newKey } from './keyring.ts'

const maxFileBytes = 64 * 1024

const fileSchema = z.strictObject({ currentKeyId: z.string(), keys: z.record(z.string(), z.string()) })

/**
 * Creates a keyring from a JSON file: `{ "currentKeyId": "2026b", "keys": { "2026a": "<base64>", "2026b": "<base64>" } }`,
 * each key 32 bytes in base64. The file is read once, by this call. On POSIX its group and others must have no access (mode
 * 600).
 *
 * @param path the path of the file
 * @throws BillfoldError `keyring.invalid` if the file is missing, malformed, larger than 64 KiB or accessible to others
 *
 * @example
 * ```ts
 * import { existsSync } from 'node:fs'
 * import { createKeyringFile, fileKeyring } from '@billfold/core'
 *
 * const path = '/etc/example/keyring.json'
 * if (!existsSync(path)) createKeyringFile(path)
 * const keyring = fileKeyring(path)
 * ```
 */
export function fileKeyring(path: string): Keyring {
  return localKeyring(parseKeys(readPrivateFile(path).text))
}

/**
 * Adds a new random key to a keyring file. The key seals nothing until {@link setCurrentKeyInFile} makes it current: restart
 * every host with the new file first. The file is replaced atomically, so that a crash leaves the old or the new one.
 *
 * @param path the path of the file
 * @param keyId the id of the new key: 1 to 32 characters of `[A-Za-z0-9._-]`
 * @throws BillfoldError `keyring.invalid` if the id is malformed or already in the file, if another process is changing the
 *   file, and as {@link fileKeyring} does
 */
export function addKeyToFile(path: string, keyId: string): void {
  updateFile(path, ({ keys, currentKeyId }) => {
    if (Object.hasOwn(keys, keyId))
      throw new BillfoldError('keyring.invalid', { message: `The keyring file already has a key ${keyId}` })
    return { currentKeyId, keys: { ...keys, [keyId]: newKey() } }
  })
}

/**
 * Makes a key of a keyring file the current one, which seals all new values.
 *
 * @param path the path of the file
 * @param keyId the id of a key in the file
 * @throws BillfoldError `keyring.invalid` if the file has no such key, and as {@link addKeyToFile} does
 */
export function setCurrentKeyInFile(path: string, keyId: string): void {
  updateFile(path, ({ keys }) => ({ currentKeyId: keyId, keys }))
}

/**
 * Removes a key from a keyring file. Values sealed with it can never be opened again: re-encrypt them first.
 *
 * @param path the path of the file
 * @param keyId the id of the key
 * @throws BillfoldError `keyring.invalid` for the current key, for an unknown key, and as {@link addKeyToFile} does
 */
export function removeKeyFromFile(path: string, keyId: string): void {
  updateFile(path, ({ keys, currentKeyId }) => {
    if (!Object.hasOwn(keys, keyId))
      throw new BillfoldError('keyring.invalid', { message: `The keyring file has no key ${keyId}` })
    return { currentKeyId, keys: Object.fromEntries(Object.entries(keys).filter(([id]) => id !== keyId)) }
  })
}

/** Writes the new file next to the old one and renames it. The exclusive create makes a concurrent change fail. */
function updateFile(link: string, change: (keys: KeyringKeys) => KeyringKeys): void {
  const path = resolveLink(link)
  const { text, status } = readPrivateFile(path)
  const changed = change(parseKeys(text))
  localKeyring(changed)
  const next = `${path}.new`
  createFile(next, changed, status)
  try {
    renameSync(next, path)
  } catch (cause) {
    unlinkSync(next)
    throw fileError('cannot be replaced', cause)
  }
}

function createFile(path: string, keys: KeyringKeys, like?: Stats): void {
  const file = openDescriptor(path, 'wx')
  try {
    // Changed by an administrator, the file must still belong to the user of the host.
    if (like !== undefined && like.uid !== fstatSync(file).uid) fchownSync(file, like.uid, like.gid)
    writeFileSync(file, `${JSON.stringify(keys, undefined, 2)}\n`)
    // Values sealed with a key that was lost in a power cut could never be opened.
    fsyncSync(file)
  } catch (cause) {
    unlinkSync(path)
    throw fileError('cannot be written', cause)
  } finally {
    closeSync(file)
  }
}

function resolveLink(path: string): string {
  try {
    return realpathSync(path)
  } catch (cause) {
    throw fileError('cannot be read', cause)
  }
}

/**
 * Creates a keyring file with one new random key. Only its owner can read it (mode 600).
 *
 * @param path the path of the file
 * @param keyId the id of the key; defaults to `1`
 * @throws BillfoldError `keyring.invalid` if the file exists or cannot be written
 */
export function createKeyringFile(path: string, keyId = '1'): void {
  const keys = { currentKeyId: keyId, keys: { [keyId]: newKey() } }
  localKeyring(keys)
  createFile(path, keys)
}

/** Checks the mode of the opened file rather than of the path, which could change in between. */
function readPrivateFile(path: string): { readonly text: string; readonly status: Stats } {
  const file = openDescriptor(path, 'r')
  try {
    const status = fstatSync(file)
    if (!status.isFile()) throw fileError('is not a regular file')
    if (process.platform !== 'win32' && (status.mode & 0o077) !== 0)
      throw fileError('is accessible to others: run chmod 600 on it')
    if (status.size > maxFileBytes) throw fileError('is larger than 64 KiB')
    return { text: readFileSync(file, 'utf8'), status }
  } finally {
    closeSync(file)
  }
}

function openDescriptor(path: string, flags: 'r' | 'wx'): number {
  try {
    return openSync(path, flags, 0o600)
  } catch (cause) {
    throw fileError(flags === 'r' ? 'cannot be read' : 'cannot be created, or already exists', cause)
  }
}

function parseKeys(text: string): KeyringKeys {
  const parsed = fileSchema.safeParse(parseJson(text))
  if (!parsed.success) throw fileError('is not a keyring')
  return parsed.data
}

/** Returns undefined for invalid JSON. The error of `JSON.parse` quotes the text, keys included, and must not escape. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fileError(problem: string, cause?: unknown): BillfoldError {
  return new BillfoldError('keyring.invalid', { message: `The keyring file ${problem}`, cause })
}
