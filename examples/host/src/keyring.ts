import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createKeyringFile, environmentKeyring, fileKeyring, type Keyring } from '@billfold/core'
import type { HostSettings } from './settings.ts'

/** Loads the keyring from BILLFOLD_KEYS or from a file in the data directory, created on the first start. */
export function loadHostKeyring({ dataDirectory }: HostSettings): Keyring {
  if (process.env['BILLFOLD_KEYS'] !== undefined) return environmentKeyring()
  const path = resolve(dataDirectory, 'keyring.json')
  if (!existsSync(path)) createKeyringFile(path)
  return fileKeyring(path)
}
