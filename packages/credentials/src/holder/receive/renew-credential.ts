import { batch, update } from '@billfold/core/storage'
import { methodUnchanged } from '@billfold/core/modules'
import type { HolderContext } from '../settings.ts'
import { type HeldCredentialRow, heldCredentials, heldInstances, holderIssuances } from '../tables.ts'
import { openCurrentSecret, type ProvenUser } from './accept-offer.ts'
import { claimIssuance } from './claim-issuance.ts'
import { type IssuanceContent, sealedIssuances } from './issuance-content.ts'
import { requestTokens } from './issuer-client.ts'
import { type Issuance, notify, requestInstances } from './request-credentials.ts'
import { storeInstanceWrites } from './store-credential.ts'
import { sealedDescriptions } from '../credentials/credential-description.ts'

/** Below this many instances a batch is renewed. */
const lowWater = 3

/**
 * Renews the instances of a credential when few are left, while the signing method of its user is proven. A failure is only logged: the
 * presentation is done, and the next one tries again.
 */
export async function renewIfLow(context: HolderContext, user: ProvenUser, row: HeldCredentialRow): Promise<void> {
  const { services } = context
  if (row.use !== 'once' || row.issuanceId === null) return
  try {
    const where = { credentialId: row.id, state: 'held' }
    const left = await services.storage.find(heldInstances, { where, limit: lowWater })
    if (left.length < lowWater) await renew(context, user, row, row.issuanceId)
  } catch (error) {
    services.logger.warn({ credential: row.id, error }, 'the instances of a credential could not be renewed')
  }
}

async function renew(
  context: HolderContext,
  user: ProvenUser,
  row: HeldCredentialRow,
  issuanceId: string,
): Promise<void> {
  const { services, tenant } = context
  const where = { id: issuanceId, tenant, state: 'renewing' }
  const [issuanceRow] = await services.storage.find(holderIssuances, { where, limit: 1 })
  if (issuanceRow === undefined || !(await claimIssuance(context, issuanceRow))) return
  const stored = await sealedIssuances.open(services, issuanceRow, issuanceRow.sealedContent)
  const { configuration } = await sealedDescriptions.open(services, row, row.sealedDescription)
  const refreshToken = stored.tokens?.refresh_token
  if (refreshToken === undefined) return
  const { resolved, keys } = stored
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
  const tokens = { refresh_token: refreshToken, ...(await requestTokens(context, resolved, keys, form)) }
  const content: IssuanceContent = { ...stored, tokens }
  const sealedContent = await sealedIssuances.seal(services, issuanceRow, content)
  // At once: an issuer that rotates refresh tokens takes no earlier one, whatever becomes of this renewal.
  await services.storage.commit(batch(update(holderIssuances, { where, set: { sealedContent } })))
  const issuance: Issuance = { resolved, keys, tokens }
  const secret = await openCurrentSecret(context, user)
  const outcome = await requestInstances(context, issuance, configuration, secret)
  if (outcome.kind === 'later') return
  const { instances, verified } = outcome.credential
  const now = services.now()
  await services.storage.commit(
    batch(
      methodUnchanged(user.authorized),
      ...secret.writes,
      update(heldCredentials, { where: { id: row.id, tenant }, set: { expiresAt: verified.validUntil } }),
      ...storeInstanceWrites({ tenant, userId: row.userId, credentialId: row.id, now }, secret, instances),
      update(holderIssuances, { where, set: { claimedUntil: 0 } }),
    ),
  )
  await notify(context, issuance, outcome.notificationId, 'credential_accepted')
}
