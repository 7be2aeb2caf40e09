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

const largestFile = 64 * 1024

const fileShape = z.strictObject({ currentKeyId: z.string(), keys: z.record(z.string(), z.string()) })

/**
 * A keyring from a JSON file: `{ "currentKeyId": "2026b", "keys": { "2026a": "<base64>", "2026b": "<base64>" } }`, each
 * key base64 of 32 bytes. It is read once, now. On POSIX a file that its group or others may read or write is refused.
 * @throws BillfoldError `keyring.invalid` when the file is missing, malformed, larger than 64 KiB or open to others
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
  return localKeyring(keysIn(readPrivately(path).text))
}

/**
 * Adds a new random key to a keyring file. It seals nothing before {@link makeKeyCurrent} makes it the newest: let every host read the file
 * first. The file is replaced as a whole, so that a crash leaves either the old one or the new one.
 * @throws BillfoldError `keyring.invalid` for an id that is there already or is none, and as {@link fileKeyring}; also while somebody else
 *   changes the file
 */
export function addKeyToFile(path: string, keyId: string): void {
  changeFile(path, ({ keys, currentKeyId }) => {
    if (Object.hasOwn(keys, keyId)) throw new BillfoldError('keyring.invalid', { message: `There is a key ${keyId}` })
    return { currentKeyId, keys: { ...keys, [keyId]: newKey() } }
  })
}

/** Makes a key of a keyring file the newest, which everything new is sealed under. @throws BillfoldError `keyring.invalid` as {@link addKeyToFile} */
export function makeKeyCurrent(path: string, keyId: string): void {
  changeFile(path, ({ keys }) => ({ currentKeyId: keyId, keys }))
}

/**
 * Removes a key from a keyring file: what is sealed under it never opens again.
 * @throws BillfoldError `keyring.invalid` for the newest key, and as {@link addKeyToFile}
 */
export function removeKeyFromFile(path: string, keyId: string): void {
  changeFile(path, ({ keys, currentKeyId }) => {
    if (!Object.hasOwn(keys, keyId)) throw new BillfoldError('keyring.invalid', { message: `There is no key ${keyId}` })
    return { currentKeyId, keys: Object.fromEntries(Object.entries(keys).filter(([id]) => id !== keyId)) }
  })
}

/** Writes the file that is to be, beside the one that is, and lets it take its place. Whoever comes second is refused. */
function changeFile(link: string, change: (keys: KeyringKeys) => KeyringKeys): void {
  const path = realPath(link)
  const { text, status } = readPrivately(path)
  const changed = change(keysIn(text))
  localKeyring(changed)
  const next = `${path}.new`
  writeNew(next, changed, status)
  try {
    renameSync(next, path)
  } catch (cause) {
    unlinkSync(next)
    throw refused('cannot be replaced', cause)
  }
}

function writeNew(path: string, keys: KeyringKeys, like?: Stats): void {
  const file = opened(path, 'wx')
  try {
    // A file that an administrator changes stays its host's.
    if (like !== undefined && like.uid !== fstatSync(file).uid) fchownSync(file, like.uid, like.gid)
    writeFileSync(file, `${JSON.stringify(keys, undefined, 2)}\n`)
    // What is sealed under a key that a power cut took away is lost.
    fsyncSync(file)
  } catch (cause) {
    unlinkSync(path)
    throw refused('cannot be written', cause)
  } finally {
    closeSync(file)
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch (cause) {
    throw refused('cannot be read', cause)
  }
}

/**
 * Writes a new keyring file with one new key, called `1` unless it is named, readable by its owner alone (mode 600).
 * @throws BillfoldError `keyring.invalid` when there is a file at this path already, or it cannot be written
 */
export function createKeyringFile(path: string, keyId = '1'): void {
  const keys = { currentKeyId: keyId, keys: { [keyId]: newKey() } }
  localKeyring(keys)
  writeNew(path, keys)
}

/** Looks at the mode of the file that is then read, not of whatever has the path a moment before. */
function readPrivately(path: string): { readonly text: string; readonly status: Stats } {
  const file = opened(path, 'r')
  try {
    const status = fstatSync(file)
    if (!status.isFile()) throw refused('is not a file')
    if (process.platform !== 'win32' && (status.mode & 0o077) !== 0) throw refused('is open to others: chmod 600 it')
    if (status.size > largestFile) throw refused('is too large')
    return { text: readFileSync(file, 'utf8'), status }
  } finally {
    closeSync(file)
  }
}

function opened(path: string, flags: 'r' | 'wx'): number {
  try {
    return openSync(path, flags, 0o600)
  } catch (cause) {
    throw refused(flags === 'r' ? 'cannot be read' : 'cannot be created, or is there already', cause)
  }
}

function keysIn(text: string): KeyringKeys {
  const parsed = fileShape.safeParse(parsedJson(text))
  if (!parsed.success) throw refused('is not a keyring')
  return parsed.data
}

/** Undefined for what is not JSON: the error of `JSON.parse` quotes the text, keys included, and so must go no further. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refused(what: string, cause?: unknown): BillfoldError {
  return new BillfoldError('keyring.invalid', { message: `The keyring file ${what}`, cause })
}
