import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createKeyringFile, environmentKeyring, fileKeyring, type Keyring } from '@billfold/core'
import type { Settings } from './settings.ts'

/** The keys of the environment (BILLFOLD_KEYS), or else a file in the data directory, made on the first start. */
export function hostKeyring({ dataDirectory }: Settings): Keyring {
  if (process.env['BILLFOLD_KEYS'] !== undefined) return environmentKeyring()
  const path = resolve(dataDirectory, 'keyring.json')
  if (!existsSync(path)) createKeyringFile(path)
  return fileKeyring(path)
}
