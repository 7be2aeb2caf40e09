import { defineModule, type ModuleContext } from '../module.ts'
import { type DeliveryCounts, purgeOldMessages } from './deliver-outbox.ts'
import { sealedMessages } from './outbox-write.ts'
import { outboxData } from './personal-data.ts'
import { outbox } from './table.ts'

/** Dependencies of the outbox module besides the services. */
export interface OutboxModuleContext extends ModuleContext {
  /** Delivers the due messages and events. */
  readonly deliver: () => Promise<DeliveryCounts>
}

/** The outbox: messages to the host and its users. */
export const outboxModule = defineModule({
  name: 'outbox',
  tables: [outbox],
  sealedColumns: [sealedMessages],
  create: ({ services, deliver }: OutboxModuleContext) => ({
    personalData: [outboxData],
    maintenanceSteps: [
      { name: 'deliver messages and events', stage: 'deliver', run: deliver },
      { name: 'delete old messages', stage: 'cleanup', run: (_, report) => purgeOldMessages(services, report) },
    ],
  }),
})
