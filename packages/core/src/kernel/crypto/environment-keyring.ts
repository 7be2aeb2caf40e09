import { BillfoldError } from '../errors.ts'
import { type Keyring, localKeyring } from './keyring.ts'

/**
 * Creates a keyring from environment variables. `BILLFOLD_KEYS` is a comma-separated list of `id:key`, each key 32 bytes in
 * base64: `2026a:q83v...=,2026b:3q2+...=`. The last key is the current one, unless `BILLFOLD_CURRENT_KEY` names another.
 *
 * Key rotation: append the new key while `BILLFOLD_CURRENT_KEY` names the old one, restart every host, and only then make the
 * new key current. Retain old keys as long as any value is sealed with them.
 *
 * @param env the environment variables; defaults to `process.env`
 * @throws BillfoldError `keyring.invalid` if `BILLFOLD_KEYS` is missing or malformed, or contains an id twice
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
  // oxlint-disable-next-line node/no-process-env -- the only place that reads the environment, at the host's request.
  env: Readonly<Record<string, string | undefined>> = process.env,
): Keyring {
  const entries = (env['BILLFOLD_KEYS'] ?? '').split(',').flatMap((entry) => (entry.trim() === '' ? [] : [pair(entry)]))
  const keys = Object.fromEntries(entries)
  const last = entries.at(-1)
  if (last === undefined)
    throw new BillfoldError('keyring.invalid', {
      message:
        'BILLFOLD_KEYS is not set: create a key once with BILLFOLD_KEYS="2026a:$(openssl rand -base64 32)", and keep it',
    })
  if (Object.keys(keys).length !== entries.length) {
    throw new BillfoldError('keyring.invalid', { message: 'BILLFOLD_KEYS contains a key id twice' })
  }
  const chosen = (env['BILLFOLD_CURRENT_KEY'] ?? '').trim()
  return localKeyring({ keys, currentKeyId: chosen === '' ? last[0] : chosen })
}

function pair(entry: string): [string, string] {
  const colon = entry.indexOf(':')
  if (colon < 0)
    throw new BillfoldError('keyring.invalid', { message: 'BILLFOLD_KEYS must be a comma-separated list of id:key' })
  return [entry.slice(0, colon).trim(), entry.slice(colon + 1).trim()]
}
