import type { CustodyServices } from '../custody/services.ts'
import { createSessionContext } from '../authentication/api/face-options.ts'
import { custodyModule } from '../custody/module.ts'
import { maintain } from '../maintenance/maintain.ts'
import { auditModule } from '../platform/audit/module.ts'
import { createParts, orderMaintenanceSteps } from '../platform/compose-modules.ts'
import { eventsModule } from '../platform/events/module.ts'
import { kernelModule } from '../platform/kernel-module.ts'
import { deliverOutbox } from '../platform/outbox/index.ts'
import { outboxModule } from '../platform/outbox/module.ts'

/** Runs the maintenance of custody, and of the parts of the platform that it writes to. */
export async function runMaintenance(services: CustodyServices): Promise<void> {
  const parts = createParts([kernelModule, auditModule, outboxModule, eventsModule, custodyModule], {
    services,
    tenant: 'default',
    host: (tenant = 'default') => ({ tenant, id: 'host' }),
    deliver: () => deliverOutbox(services),
    custody: undefined,
    sessions: createSessionContext(services),
  })
  await maintain(services, orderMaintenanceSteps(Object.values(parts)))
}
