import { type Actor, auditRecord } from '../audit/record.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { committed, update } from '../storage/index.ts'
import { webhookEndpoints } from './table.ts'

/** Why an endpoint was disabled: manually, after too many failures, or because it answered 410. */
export type DisabledBecause = 'asked' | 'failing' | 'gone'

/** Disables an endpoint and suspends its deliveries. Returns false if there is no enabled endpoint with this id. */
export function disableEndpoint(
  services: Services,
  actor: Actor,
  id: string,
  because: DisabledBecause,
): Promise<boolean> {
  const { tenant } = actor
  const now = services.now()
  return committed(
    services,
    update(webhookEndpoints, {
      where: { id, tenant, disabledAt: null },
      set: { disabledAt: now, disabledBecause: because },
      add: { version: 1 },
    }),
    auditRecord(actor, 'webhook.disabled', id, now, { because }),
    ...eventWrites(services, tenant, 'webhook.disabled', { endpointId: id, because }),
  )
}
