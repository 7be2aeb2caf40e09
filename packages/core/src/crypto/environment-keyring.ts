import { BillfoldError } from '../errors.ts'
import { type Keyring, localKeyring } from './keyring.ts'

/**
 * A keyring from environment variables. `BILLFOLD_KEYS` is a comma-separated list of `id:key`, each key base64 of 32
 * bytes: `2026a:q83v...=,2026b:3q2+...=`. The last one is current, unless `BILLFOLD_CURRENT_KEY` names another. To
 * rotate, append the new key, with `BILLFOLD_CURRENT_KEY` naming the old one, and restart every host; only then let the new one
 * be current. Keep old keys for as long as anything is sealed under them.
 * @throws BillfoldError `keyring.invalid` when the variable is missing or malformed, or an id is there twice
 *
 * @example
 * ```ts
 * import { environmentKeyring, newKey } from '@billfold/core'
 *
 * const keyring = environmentKeyring() // BILLFOLD_KEYS=2026a:<base64 of 32 bytes>
 * const inTests = environmentKeyring({ BILLFOLD_KEYS: `test:${newKey()}` })
 * ```
 */
export function environmentKeyring(
  // oxlint-disable-next-line node/no-process-env -- the one place that reads the environment: the host calls it to.
  env: Readonly<Record<string, string | undefined>> = process.env,
): Keyring {
  const entries = (env['BILLFOLD_KEYS'] ?? '').split(',').flatMap((entry) => (entry.trim() === '' ? [] : [pair(entry)]))
  const keys = Object.fromEntries(entries)
  const last = entries.at(-1)
  if (last === undefined) throw new BillfoldError('keyring.invalid', { message: 'BILLFOLD_KEYS is not set' })
  if (Object.keys(keys).length !== entries.length) {
    throw new BillfoldError('keyring.invalid', { message: 'BILLFOLD_KEYS has the same id twice' })
  }
  const chosen = (env['BILLFOLD_CURRENT_KEY'] ?? '').trim()
  return localKeyring({ keys, currentKeyId: chosen === '' ? last[0] : chosen })
}

function pair(entry: string): [string, string] {
  const colon = entry.indexOf(':')
  if (colon < 0) throw new BillfoldError('keyring.invalid', { message: 'BILLFOLD_KEYS is not a list of id:key' })
  return [entry.slice(0, colon).trim(), entry.slice(colon + 1).trim()]
}
