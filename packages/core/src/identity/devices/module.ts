import { deviceErrors } from '../../kernel/error-codes/identity.ts'
import { defineModule } from '../../platform/module.ts'
import { deviceEvents } from './events.ts'
import { devicesData } from './personal-data.ts'
import { devices } from './table.ts'
import { sealedDevices } from './trusted-devices.ts'

const deviceAuditActions = {
  'device.trusted': 'A device was trusted; the subject is the user',
  'device.revoked': 'The trust in a device was revoked; the subject is the user',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type DeviceAuditActions = typeof deviceAuditActions

declare module '../../platform/audit/actions.ts' {
  interface ModuleAuditActions extends DeviceAuditActions {}
}

/** Trusted devices. */
export const devicesModule = defineModule({
  name: 'devices',
  tables: [devices],
  sealedColumns: [sealedDevices],
  auditActions: deviceAuditActions,
  events: deviceEvents,
  errors: deviceErrors,
  create: () => ({ personalData: [devicesData] }),
})
