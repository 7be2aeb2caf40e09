import { z } from 'zod'
import { type Actor, auditWrite, eventWrites } from '@billfold/core/modules'
import { update } from '@billfold/core/storage'
import { commitSteps } from '../../commit-steps.ts'
import { hashSecret } from '../../secret-hash.ts'
import type { GrantCaller } from '../oauth/access-tokens.ts'
import type { IssuerContext } from '../settings.ts'
import { issuedCredentials } from '../tables.ts'
import { wireError } from '../wire-errors.ts'

/** The body of a notification (OpenID4VCI section 11.1). */
export const notificationSchema = z.object({
  notification_id: z.string().min(1).max(256),
  event: z.enum(['credential_accepted', 'credential_failure', 'credential_deleted']),
  event_description: z.string().max(1024).optional(),
})

/**
 * Records the outcome of the instances of a response. The same report again changes nothing.
 * @throws BillfoldError `issuance.invalid-notification-id`, and those of the DPoP proof
 */
export async function recordNotification(
  { services, tenant }: IssuerContext,
  actor: Actor,
  { grant, steps }: GrantCaller,
  { notification_id: id, event }: z.output<typeof notificationSchema>,
): Promise<void> {
  const where = { notificationHash: hashSecret(id), tenant, grantId: grant.id }
  const [row] = await services.storage.find(issuedCredentials, { where, limit: 1 })
  if (row === undefined) throw wireError('issuance.invalid-notification-id')
  const isKnown = row.event === event
  await commitSteps(
    services.storage,
    ...steps,
    ...(isKnown
      ? []
      : [
          update(issuedCredentials, { where, set: { event }, expectedRows: 'any' }),
          auditWrite(actor, 'credential.accepted', grant.id, services.now(), { event }),
          ...eventWrites(services, tenant, 'credential.accepted', { grantId: grant.id, event }),
        ].map((write) => ({ write }))),
  )
}
