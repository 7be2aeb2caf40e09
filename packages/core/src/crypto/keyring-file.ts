import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { BillfoldError } from '../errors.ts'
import { type Keyring, localKeyring, newKey } from './keyring.ts'

const largestFile = 64 * 1024

const fileShape = z.strictObject({ currentKeyId: z.string(), keys: z.record(z.string(), z.string()) })

/**
 * A keyring from a JSON file: `{ "currentKeyId": "2026b", "keys": { "2026a": "<base64>", "2026b": "<base64>" } }`, each
 * key base64 of 32 bytes. It is read once, now. On POSIX a file that its group or others may read or write is refused.
 * @throws BillfoldError `keyring.invalid` when the file is missing, malformed, larger than 64 KiB or open to others
 */
export function fileKeyring(path: string): Keyring {
  const parsed = fileShape.safeParse(parsedJson(readPrivately(path)))
  if (!parsed.success) throw refused('is not a keyring')
  return localKeyring(parsed.data)
}

/**
 * Writes a new keyring file with one new key, called `1`, readable by its owner alone (mode 600).
 * @throws BillfoldError `keyring.invalid` when there is a file at this path already, or it cannot be written
 */
export function createKeyringFile(path: string): void {
  const file = opened(path, 'wx')
  try {
    writeFileSync(file, `${JSON.stringify({ currentKeyId: '1', keys: { '1': newKey() } }, undefined, 2)}\n`)
    // What is sealed under a key that a power cut took away is lost.
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Looks at the mode of the file that is then read, not of whatever has the path a moment before. */
function readPrivately(path: string): string {
  const file = opened(path, 'r')
  try {
    const status = fstatSync(file)
    if (!status.isFile()) throw refused('is not a file')
    if (process.platform !== 'win32' && (status.mode & 0o077) !== 0) throw refused('is open to others: chmod 600 it')
    if (status.size > largestFile) throw refused('is too large')
    return readFileSync(file, 'utf8')
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
