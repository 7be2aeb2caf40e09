import { auditRecord } from '../audit/record.ts'
import type { Actor } from '../audit/record.ts'
import { defaultCommunity } from '../biometrics/configurations.ts'
import type { Resolve } from '../outgoing/checked-request.ts'
import type { Services } from '../services.ts'
import { batch, isCommitError } from '../storage/index.ts'
import { dvcIdOf, type ForeignService, readForeignSession } from './foreign-session.ts'
import { newSession } from './new-session.ts'
import { sha256 } from './session.ts'
import { authenticationSessions } from './tables.ts'

/**
 * Imports a session of another session service. The same URL is imported once; later calls return the id of the stored session.
 *
 * @param url the absolute URL of the session at the other service
 * @param trustedServices the services that sessions may be imported from
 * @returns the id of our copy of the session
 * @throws BillfoldError `session-url.rejected`
 */
export async function adoptSession(
  services: Services,
  actor: Actor,
  url: string,
  trustedServices: readonly ForeignService[],
  resolve?: Resolve,
): Promise<string> {
  const { info, service, url: href } = await readForeignSession(url, trustedServices, resolve)
  const { tenant } = actor
  const sourceHash = sha256(href)
  const findStoredId = async (): Promise<string | undefined> => {
    const where = { tenant, sourceHash }
    return (await services.storage.find(authenticationSessions, { where, limit: 1 }))[0]?.id
  }
  const existingId = await findStoredId()
  if (existingId !== undefined) return existingId
  const input = {
    community: service.community ?? defaultCommunity,
    configuration: dvcIdOf(info),
    purpose: 'authenticate' as const,
    scopes: (info.scopes ?? '').split(/[\s,]+/).filter(Boolean),
    origin: info.origin,
    metadata: info.metadata,
    authtype: info.authtype,
  }
  const { session, writes } = await newSession(services, actor, input, { sourceHash, creatorId: null })
  const audit = auditRecord(actor, 'session.adopted', session.id, session.createdAt, { origin: service.origin })
  try {
    await services.storage.commit(batch(...writes, audit))
    return session.id
  } catch (error) {
    // A concurrent import of the same URL may have committed first.
    const concurrentId = isCommitError(error) ? await findStoredId() : undefined
    if (concurrentId === undefined) throw error
    return concurrentId
  }
}
