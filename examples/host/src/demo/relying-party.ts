import { connect, type Connection } from '@billfold/core/client'
import type { DemoSetup } from './setup.ts'

const connections = new WeakMap<object, Promise<Connection>>()

/**
 * The demo as a relying party: one key pair for as long as the process lives, since only the key that made a session is told
 * what came of it.
 */
export function relyingParty({ billfold, settings, credentials }: DemoSetup): Promise<Connection> {
  const known = connections.get(billfold)
  if (known !== undefined) return known
  const made = connect({ url: `${settings.localUrl}/walletapi`, licence: credentials.licence.licence, appId: 'demo' })
  connections.set(billfold, made)
  made.catch(() => connections.delete(billfold))
  return made
}
