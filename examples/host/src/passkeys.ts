import { passkeys } from '@billfold/passkeys'
import type { HostSettings } from './settings.ts'

/**
 * Passkeys of this host's domain. They need a domain with TLS, or `localhost`: where the base URL has neither, they work on this computer
 * only.
 */
export function hostPasskeys({ baseUrl, port }: Pick<HostSettings, 'baseUrl' | 'port'>) {
  const { origin, hostname, protocol } = new URL(baseUrl)
  const hasPasskeys = hostname === 'localhost' || (protocol === 'https:' && /[a-z]/.test(hostname))
  return hasPasskeys
    ? passkeys({ rpId: hostname, rpName: 'Billfold', origins: [origin] })
    : passkeys({ rpId: 'localhost', rpName: 'Billfold', origins: [`http://localhost:${port}`] })
}
