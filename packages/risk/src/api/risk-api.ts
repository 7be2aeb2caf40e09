import type { Api, Route } from '@billfold/core/http'
import type { RiskApiContext } from './context.ts'
import { approvalRoutes } from './approval-routes.ts'
import { assessmentRoutes } from './assessment-routes.ts'
import { policyRoutes } from './policy-routes.ts'
import { failure, riskReply } from './reply-format.ts'

/** The HTTP API of the module: `/api/v2/rasbita/…`, with the replies of the payments API. */
export function riskApi(context: RiskApiContext): Api {
  const routes: readonly Route[] = [...assessmentRoutes(context), ...policyRoutes(context), ...approvalRoutes(context)]
  return { name: 'risk', title: 'Risk (Rasbita)', errorReply: failure, errorSchema: riskReply, routes }
}
