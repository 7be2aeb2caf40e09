import { remove } from '../../kernel/storage/index.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { devices } from './table.ts'
import { listDevices } from './trusted-devices.ts'

/** Personal data: the devices that a user trusts. */
export const devicesData: PersonalData = {
  name: 'devices',
  tables: [devices],
  collect: async (services, { tenant, userId }) => {
    const trusted = await listDevices(services, tenant, userId)
    if (trusted.length === 0) return undefined
    return trusted.map(({ label, thumbprint, trustedAt }) => ({
      label,
      thumbprint,
      trustedAt: new Date(trustedAt).toISOString(),
    }))
  },
  erase: async (_, { tenant, userId }) => ({
    writes: [remove(devices, { where: { tenant, userId }, expectedRows: 'any' })],
  }),
}
