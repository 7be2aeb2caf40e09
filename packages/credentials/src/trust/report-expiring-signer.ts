import { type Actor, auditWrite, eventWrites, type Services } from '@billfold/core/modules'
import { batch } from '@billfold/core/storage'
import type { CredentialSigner } from './credential-signer.ts'
import { leafHashOf, leafOf } from './signer-key.ts'

const noticeMs = 30 * 24 * 60 * 60 * 1000

/** Logs a warning, and records it once a day, if the certificate of a signer expires within 30 days. */
export async function reportExpiringSigner(services: Services, host: Actor, signer: CredentialSigner): Promise<void> {
  const now = services.now()
  const notAfter = Date.parse(leafOf(signer).validTo)
  if (notAfter - now > noticeMs) return
  const hash = leafHashOf(signer)
  const key = { name: 'credentials.signer-expiring', subject: hash, tenant: host.tenant }
  const { allowed } = await services.rateLimiter.consume(key, { limit: 1, windowSeconds: 24 * 60 * 60 })
  if (!allowed) return
  services.logger.warn({ signer: hash, notAfter }, 'the certificate of a credential signer expires soon')
  await services.storage.commit(
    batch(
      auditWrite(host, 'signer.expiring', hash, now, { notAfter }),
      ...eventWrites(services, host.tenant, 'signer.expiring', { signer: hash, notAfter }),
    ),
  )
}
