import type { PersonalData } from '@billfold/core/modules'
import { remove } from '@billfold/core/storage'
import { openSummary } from './requests/request-summary.ts'
import { openPlace } from './score/origin.ts'
import { openDetail } from './score/assessments.ts'
import { riskActs, riskApprovals, riskAssessments, riskRequests } from './tables.ts'

/** Exported as `data.risk`, and deleted with the user. */
export const riskPersonalData: PersonalData = {
  name: 'risk',
  tables: [riskRequests, riskApprovals, riskActs, riskAssessments],
  collect: async (services, { tenant, userId }) => {
    const rows = await services.storage.find(riskRequests, { where: { userId, tenant } })
    const approvals = await services.storage.find(riskApprovals, { where: { userId, tenant } })
    const acts = await services.storage.find(riskActs, { where: { userId, tenant } })
    const assessments = await services.storage.find(riskAssessments, { where: { userId, tenant } })
    if (rows.length + approvals.length + acts.length + assessments.length === 0) return undefined
    const requests = rows.map(async (row) => {
      const { id, state, createdAt } = row
      return { id, state, createdAt, act: await openSummary(services, row) }
    })
    return {
      requests: await Promise.all(requests),
      acts: await Promise.all(
        acts.map(async (row) => {
          const { kind, asset, amount, method, at } = row
          return { kind, asset, amount: amount.toString(), method, place: await openPlace(services, row), at }
        }),
      ),
      assessments: await Promise.all(
        assessments.map(async (row) => {
          const { id, score, severity, at } = row
          return { id, score: score / 100, severity, at, ...(await openDetail(services, row)) }
        }),
      ),
      approvals: approvals.map(({ requestId, at }) => ({ requestId, at })),
    }
  },
  erase: (_, { tenant, userId }) =>
    Promise.resolve({
      writes: [riskRequests, riskApprovals, riskActs, riskAssessments].map((table) =>
        remove(table, { where: { userId, tenant }, expectedRows: 'any' }),
      ),
    }),
}
