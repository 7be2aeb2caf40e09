import { defineModule } from '../module.ts'
import { purgeOldDeliveries } from './deliver-events.ts'
import { eventDeliveries, events } from './table.ts'

/** Events and their deliveries. The event types are declared by the modules that write them. */
export const eventsModule = defineModule({
  name: 'events',
  tables: [events, eventDeliveries],
  create: ({ services }) => ({
    maintenanceSteps: [
      { name: 'delete old deliveries', stage: 'cleanup', run: (_, report) => purgeOldDeliveries(services, report) },
    ],
  }),
})
