import type { PersonalData } from '@billfold/core/modules'
import { remove } from '@billfold/core/storage'
import { openSummary } from './requests/request-summary.ts'
import { riskApprovals, riskRequests } from './tables.ts'

/** Exported as `data.risk`, and deleted with the user. */
export const riskPersonalData: PersonalData = {
  name: 'risk',
  tables: [riskRequests, riskApprovals],
  collect: async (services, { tenant, userId }) => {
    const rows = await services.storage.find(riskRequests, { where: { userId, tenant } })
    const approvals = await services.storage.find(riskApprovals, { where: { userId, tenant } })
    if (rows.length === 0 && approvals.length === 0) return undefined
    const requests = rows.map(async (row) => {
      const { id, state, createdAt } = row
      return { id, state, createdAt, act: await openSummary(services, row) }
    })
    return {
      requests: await Promise.all(requests),
      approvals: approvals.map(({ requestId, at }) => ({ requestId, at })),
    }
  },
  erase: (_, { tenant, userId }) =>
    Promise.resolve({
      writes: [riskRequests, riskApprovals].map((table) =>
        remove(table, { where: { userId, tenant }, expectedRows: 'any' }),
      ),
    }),
}
