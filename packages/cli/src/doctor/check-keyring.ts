import { existsSync, statSync } from 'node:fs'
import { isBillfoldError, type Keyring } from '@billfold/core'
import { UsageError, type Terminal } from '../command.ts'
import { loadKeyring } from '../with-billfold.ts'
import { describeError, type Finding } from './finding.ts'

/** The keyring, if it can be loaded, and what was found about it. */
export interface CheckedKeyring {
  readonly keyring: Keyring | undefined
  readonly findings: readonly Finding[]
}

/** Checks that the keyring loads, which it does not from a file that others can read. */
export function checkKeyring(file: string | undefined, terminal: Pick<Terminal, 'environment'>): CheckedKeyring {
  try {
    const keyring = loadKeyring(file === undefined ? {} : { keyring: file }, terminal)
    const others = (keyring.keyIds ?? []).filter((id) => id !== keyring.currentKeyId)
    const rest = others.length === 0 ? '' : `; older or not current yet: ${others.join(', ')}`
    return {
      keyring,
      findings: [{ check: 'keyring', state: 'ok', message: `current key ${keyring.currentKeyId}${rest}` }],
    }
  } catch (error) {
    if (!(error instanceof UsageError) && !isBillfoldError(error) && !isFileError(error)) throw error
    const finding = { check: 'keyring', state: 'problem', message: describeError(error), cure: toCure(file) } as const
    return { keyring: undefined, findings: [finding] }
  }
}

/** A file that others can read is not loaded. */
function toCure(file: string | undefined): string {
  if (file !== undefined && existsSync(file) && (statSync(file).mode & 0o077) !== 0) return `chmod 600 ${file}`
  return 'set BILLFOLD_KEYS as your host does, or name its file with --keyring; billfold keys create makes a first key'
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && 'syscall' in error
}
