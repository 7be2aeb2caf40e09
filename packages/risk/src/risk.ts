import { type Actor, defineModule } from '@billfold/core/modules'
import { deleteInBatches } from '@billfold/core/storage'
import { riskAuditActions, riskErrors, riskEvents, riskScopes } from './declarations.ts'
import { type RiskOptions, resolveRiskOptions } from './options.ts'
import { riskPersonalData } from './personal-data.ts'
import { createPolicyEngine } from './policies/authorize.ts'
import { riskApi } from './api/risk-api.ts'
import { createPoliciesApi } from './policies/policies-api.ts'
import { createApprovalsApi } from './requests/approvals-api.ts'
import { expireRequests } from './requests/expire-requests.ts'
import { sealedContents } from './requests/request-content.ts'
import { sealedSummaries } from './requests/request-summary.ts'
import { assessmentRetentionMs, sealedDetails } from './score/assessments.ts'
import { createAssessmentsApi } from './score/assessments-api.ts'
import { historyMs } from './score/collect-signals.ts'
import { sealedPlaces } from './score/origin.ts'
import { riskActs, riskApprovals, riskAssessments, riskCounters, riskPolicies, riskRequests } from './tables.ts'

/**
 * Policies for what keys may sign and accounts may pay, as a module of Billfold.
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { risk } from '@billfold/risk'
 *
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring(), modules: [risk()] })
 * await billfold.risk.policies.add({
 *   name: 'At most 1,000 USD a day',
 *   subject: { kind: 'tenant' },
 *   when: { amount: { asset: 'USD', above: '100000', window: { seconds: 86_400 } } },
 *   then: { decision: 'deny' },
 * })
 * ```
 *
 * @throws RangeError if an option is out of range
 */
export function risk(options: RiskOptions = {}) {
  const settings = resolveRiskOptions(options)
  return defineModule({
    name: 'risk',
    tables: [riskPolicies, riskCounters, riskRequests, riskApprovals, riskActs, riskAssessments],
    sealedColumns: [sealedSummaries, sealedContents, sealedDetails, sealedPlaces],
    auditActions: riskAuditActions,
    events: riskEvents,
    errors: riskErrors,
    serviceKeyScopes: riskScopes,
    create: (context) => {
      const { services, host } = context
      const engine = createPolicyEngine(services, settings)
      const actor = (tenant?: string): Actor => host(tenant)
      return {
        authorizeAct: engine.authorize,
        personalData: [riskPersonalData],
        maintenanceSteps: [
          {
            name: 'expire requests that wait',
            stage: 'expire',
            run: (startedAt) => expireRequests(services, startedAt),
          },
          {
            name: 'delete old assessments and acts',
            stage: 'expire',
            run: async (startedAt, report) => {
              const { storage } = services
              await deleteInBatches(storage, riskAssessments, { at: { lt: startedAt - assessmentRetentionMs } }, report)
              await deleteInBatches(storage, riskActs, { at: { lt: startedAt - historyMs } }, report)
            },
          },
          {
            name: 'delete what policies no longer count',
            stage: 'expire',
            run: (startedAt, report) =>
              deleteInBatches(services.storage, riskCounters, { expiresAt: { lt: startedAt } }, report),
          },
        ],
        api: riskApi({ ...context, settings, engine }),
        functions: {
          policies: createPoliciesApi(services, engine, actor),
          approvals: createApprovalsApi(services, settings, actor),
          ...createAssessmentsApi(services, settings, actor),
        },
      }
    },
  })
}
