import { type Actor, auditWrite, consumeNonceWrite, eventWrites, type Services } from '@billfold/core/modules'
import { batch, isCommitError } from '@billfold/core/storage'
import type { CredentialSigner } from './credential-signer.ts'
import { leafHashOf, leafOf } from './signer-key.ts'

const dayMs = 24 * 60 * 60 * 1000
const noticeMs = 30 * dayMs

/**
 * Records and logs that the certificate of a signer expires within 30 days: once a day for each certificate, whatever the number of
 * processes and of roles that sign with it.
 */
export async function reportExpiringSigner(
  services: Services,
  host: Actor,
  signer: CredentialSigner,
  startedAt: number,
): Promise<void> {
  const notAfter = Date.parse(leafOf(signer).validTo)
  if (notAfter - startedAt > noticeMs) return
  const hash = leafHashOf(signer)
  const day = Math.floor(startedAt / dayMs)
  try {
    await services.storage.commit(
      batch(
        consumeNonceWrite('signer warning', host.tenant, `${hash} ${day}`, (day + 2) * dayMs),
        auditWrite(host, 'signer.expiring', hash, startedAt, { notAfter }),
        ...eventWrites(services, host.tenant, 'signer.expiring', { signer: hash, notAfter }),
      ),
    )
  } catch (error) {
    if (isCommitError(error) && error.index === 0) return
    throw error
  }
  services.logger.warn({ signer: hash, notAfter }, 'the certificate of a credential signer expires soon')
}
