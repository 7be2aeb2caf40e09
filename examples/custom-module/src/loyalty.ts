import { defineModule } from '@billfold/core/modules'
import { batch, remove } from '@billfold/core/storage'
import { loyaltyApi } from './api.ts'
import { sealedCardNames } from './card-name.ts'
import { loyaltyAuditActions, loyaltyErrors, loyaltyEvents } from './declarations.ts'
import { loyaltyPersonalData } from './personal-data.ts'
import { getAccount, grant, join } from './points.ts'
import { loyaltyAccounts } from './table.ts'

const dayMs = 24 * 60 * 60 * 1000

/**
 * Loyalty points, as a module of Billfold.
 * @param options.expiryDays days without use after which an account is deleted. Default: 730.
 */
export function loyalty({ expiryDays = 730 }: { readonly expiryDays?: number } = {}) {
  return defineModule({
    name: 'loyalty',
    tables: [loyaltyAccounts],
    sealedColumns: [sealedCardNames],
    auditActions: loyaltyAuditActions,
    events: loyaltyEvents,
    errors: loyaltyErrors,
    create: (context) => {
      const { services, host } = context
      return {
        api: loyaltyApi(context),
        personalData: [loyaltyPersonalData],
        maintenanceSteps: [
          {
            name: 'delete loyalty accounts without use',
            stage: 'expire',
            run: (startedAt) => {
              const where = { lastUsedAt: { lt: startedAt - expiryDays * dayMs } }
              return services.storage.commit(batch(remove(loyaltyAccounts, { where, expectedRows: 'any' })))
            },
          },
        ],
        functions: {
          /** Opens an account. */
          join: (userId: string, cardName: string, tenant?: string) => join(services, host(tenant), userId, cardName),
          /** Grants points. */
          grant: (userId: string, points: number, tenant?: string) => grant(services, host(tenant), userId, points),
          /** Returns the points of a user. */
          balance: async (userId: string, tenant?: string) =>
            (await getAccount(services, host(tenant).tenant, userId)).points,
        },
      }
    },
  })
}
