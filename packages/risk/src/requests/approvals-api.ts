import { type Actor, authorizeWithSigningMethod, type Services } from '@billfold/core/modules'
import type { RiskSettings } from '../options.ts'
import { approveRequest, type Confirmation, listRequests, rejectRequest, type WaitingRequest } from './approvals.ts'
import { getWholeRequest, type WholeRequest } from './whole-request.ts'

/** A confirmation by the host, with the signing method of the user who confirms. */
export interface PresentedConfirmation {
  readonly requestId: string
  readonly userId: string
  readonly method: { readonly id: string; readonly value: string }
}

/** The requests that wait, in process: `billfold.risk.approvals`. */
export interface ApprovalsApi {
  /** Lists what waits for a user, or for anybody. */
  readonly list: (userId?: string, tenant?: string) => Promise<readonly WaitingRequest[]>
  /**
   * Returns a request that waits, with the whole of what is signed and, of a change of the policies, its differences.
   * @param userId - the user who asks, who must be its own or one who may approve it. Default: the host, who sees all
   * @throws BillfoldError `approval.not-found`
   * @example
   * ```ts
   * import type { ApprovalsApi } from '@billfold/risk'
   *
   * async function printChange(approvals: ApprovalsApi, requestId: string) {
   *   const { policyChange } = await approvals.get(requestId)
   *   for (const { path, before, after } of policyChange?.differences ?? []) console.log(path, before, after)
   * }
   * ```
   */
  readonly get: (requestId: string, userId?: string, tenant?: string) => Promise<WholeRequest>
  /**
   * Approves a request. The act is then done by repeating its request.
   * @throws BillfoldError `approval.not-found`, `approval.not-allowed`, `signing-method.invalid`, `signing-method.locked`
   */
  readonly approve: (confirmation: PresentedConfirmation, tenant?: string) => Promise<'waiting' | 'ready'>
  /** Rejects a request. @throws as `approve` */
  readonly reject: (confirmation: PresentedConfirmation, tenant?: string) => Promise<void>
}

/** Creates the functions. */
export function createApprovalsApi(
  services: Services,
  settings: RiskSettings,
  host: (tenant?: string) => Actor,
): ApprovalsApi {
  const prove = async (actor: Actor, { requestId, userId, method }: PresentedConfirmation): Promise<Confirmation> => {
    const request = { method: 'POST', target: `/api/v2/rasbita/approve/${requestId}`, body: undefined }
    const presented = { ...method, request }
    return { requestId, userId, method: await authorizeWithSigningMethod(services, actor, userId, presented) }
  }
  return {
    list: (userId, tenant) => listRequests(services, host(tenant).tenant, userId),
    get: (requestId, userId, tenant) => getWholeRequest(services, host(tenant).tenant, requestId, userId),
    approve: async (confirmation, tenant) =>
      approveRequest(services, settings, host(tenant), await prove(host(tenant), confirmation)),
    reject: async (confirmation, tenant) =>
      rejectRequest(services, host(tenant), await prove(host(tenant), confirmation)),
  }
}
