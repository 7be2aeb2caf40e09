import type { IdentityServices } from '../../../identity/services.ts'
import { auditWrite } from '../../../platform/audit/audit-write.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import { defaultCommunity } from '../../../identity/biometrics/verification-configurations.ts'
import type { DnsResolver } from '../../../platform/http-client/ssrf-safe-request.ts'
import { batch, isCommitError } from '../../../kernel/storage/index.ts'
import { parseDvcId, type ForeignSessionService, fetchForeignSession } from './foreign-session.ts'
import { buildSession } from '../create-session.ts'
import { sha256Base64Url } from '../session.ts'
import { authenticationSessions } from '../tables.ts'

/**
 * Imports a session of another session service. The same URL is imported once; later calls return the id of the stored session.
 *
 * @param url the absolute URL of the session at the other service
 * @param trustedServices the services that sessions may be imported from
 * @returns the id of our copy of the session
 * @throws BillfoldError `session-url.rejected`
 */
export async function importForeignSession(
  services: IdentityServices,
  actor: Actor,
  url: string,
  trustedServices: readonly ForeignSessionService[],
  resolve?: DnsResolver,
): Promise<string> {
  const { info, service, url: href } = await fetchForeignSession(url, trustedServices, resolve)
  const { tenant } = actor
  const sourceHash = sha256Base64Url(href)
  const findStoredId = async (): Promise<string | undefined> => {
    const where = { tenant, sourceHash }
    return (await services.storage.find(authenticationSessions, { where, limit: 1 }))[0]?.id
  }
  const existingId = await findStoredId()
  if (existingId !== undefined) return existingId
  const input = {
    community: service.community ?? defaultCommunity,
    configuration: parseDvcId(info),
    purpose: 'authenticate' as const,
    scopes: (info.scopes ?? '').split(/[\s,]+/).filter(Boolean),
    origin: info.origin,
    metadata: info.metadata,
    authtype: info.authtype,
  }
  const { session, writes } = await buildSession(services, actor, input, { sourceHash, creatorId: null })
  const audit = auditWrite(actor, 'session.imported', session.id, session.createdAt, { origin: service.origin })
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
