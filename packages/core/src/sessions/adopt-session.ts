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
 * Stores a session of another session service as one of ours, once however often it is opened; gives our id of it.
 * @throws BillfoldError `session-url.refused`
 */
export async function adoptSession(
  services: Services,
  actor: Actor,
  url: string,
  known: readonly ForeignService[],
  resolve?: Resolve,
): Promise<string> {
  const { info, service, url: href } = await readForeignSession(url, known, resolve)
  const { tenant } = actor
  const sourceHash = sha256(href)
  const stored = async (): Promise<string | undefined> => {
    const where = { tenant, sourceHash }
    return (await services.storage.find(authenticationSessions, { where, limit: 1 }))[0]?.id
  }
  const there = await stored()
  if (there !== undefined) return there
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
    const other = isCommitError(error) ? await stored() : undefined
    if (other === undefined) throw error
    return other
  }
}
