import { connect, type Connection } from '@billfold/core/client'
import type { DemoContext } from './context.ts'

const connections = new WeakMap<object, Promise<Connection>>()

/**
 * Connects the demo as a relying party. The connection is cached for the lifetime of the process, because a session's result is only returned to
 * the key pair that created the session.
 */
export function connectRelyingParty({ billfold, settings, credentials }: DemoContext): Promise<Connection> {
  const cached = connections.get(billfold)
  if (cached !== undefined) return cached
  const connection = connect({
    url: `${settings.localUrl}/walletapi`,
    licence: credentials.licence.licence,
    appId: 'demo',
  })
  connections.set(billfold, connection)
  connection.catch(() => connections.delete(billfold))
  return connection
}
