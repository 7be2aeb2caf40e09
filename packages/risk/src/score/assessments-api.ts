import { type Actor, getUser, type Services } from '@billfold/core/modules'
import type { RiskSettings } from '../options.ts'
import {
  assess,
  type Assessment,
  type AssessmentInput,
  type AssessmentLine,
  getAssessment,
  listAssessments,
  type Replay,
  replayAssessment,
  reportRisk,
  type RiskReport,
} from './assessments.ts'

/** The assessments, in process: `billfold.risk.assessments`. */
export interface AssessmentsApi {
  /** Lists the assessments of a user, newest first; `after` is the id of the last one of the page before. */
  readonly list: (
    userId: string,
    page?: { readonly limit?: number; readonly after?: string },
    tenant?: string,
  ) => Promise<readonly AssessmentLine[]>
  /** Returns an assessment with every factor, its value, weight and evidence. @throws BillfoldError `assessment.not-found` */
  readonly get: (id: string, tenant?: string) => Promise<Assessment>
  /** Computes an assessment again from its signals. @throws BillfoldError `assessment.not-found` */
  readonly replay: (id: string, tenant?: string) => Promise<Replay>
  /** Counts the assessments of a time by severity, act and factor. */
  readonly report: (range: { readonly from: number; readonly to: number }, tenant?: string) => Promise<RiskReport>
}

/** Assesses a user or an act now. @throws BillfoldError `user.not-found` */
export type Assess = (input: AssessmentInput, tenant?: string) => Promise<Assessment>

/** Creates the functions. */
export function createAssessmentsApi(
  services: Services,
  settings: RiskSettings,
  host: (tenant?: string) => Actor,
): { readonly assess: Assess; readonly assessments: AssessmentsApi } {
  return {
    assess: async (input, tenant) => {
      await getUser(services, host(tenant).tenant, input.userId)
      return assess(services, settings, host(tenant), input)
    },
    assessments: {
      list: (userId, page, tenant) => listAssessments(services, host(tenant).tenant, userId, page),
      get: (id, tenant) => getAssessment(services, host(tenant).tenant, id),
      replay: (id, tenant) => replayAssessment(services, settings.factors, host(tenant).tenant, id),
      report: (range, tenant) => reportRisk(services, host(tenant).tenant, range),
    },
  }
}
