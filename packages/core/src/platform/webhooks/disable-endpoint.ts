import { type Actor, auditWrite } from '../audit/audit-write.ts'
import { eventWrites } from '../events/event-writes.ts'
import type { Services } from '../services.ts'
import { tryCommit, update } from '../../kernel/storage/index.ts'
import { webhookEndpoints } from './table.ts'

/** Why an endpoint was disabled: manually, after too many failures, or because it answered 410. */
export type DisabledReason = 'manual' | 'failing' | 'gone'

/** Disables an endpoint and suspends its deliveries. Returns false if there is no enabled endpoint with this id. */
export function disableEndpoint(
  services: Services,
  actor: Actor,
  id: string,
  reason: DisabledReason,
): Promise<boolean> {
  const { tenant } = actor
  const now = services.now()
  return tryCommit(
    services,
    update(webhookEndpoints, {
      where: { id, tenant, disabledAt: null },
      set: { disabledAt: now, disabledReason: reason },
      add: { version: 1 },
    }),
    auditWrite(actor, 'webhook.disabled', id, now, { reason }),
    ...eventWrites(services, tenant, 'webhook.disabled', { endpointId: id, reason }),
  )
}
