import { type ActedBy, actedBy, type Actor } from '../../platform/audit/audit-write.ts'
import type { Services } from '../../platform/services.ts'
import {
  createLicence,
  isLicenceActive,
  type Licence,
  type LicenceInput,
  listLicences,
  revokeLicence,
} from './licences.ts'

/**
 * Manages licences, the credentials of relying parties for the authentication API. `tenant` defaults to the host's
 * tenant. The audit log records `by` as the actor.
 */
export interface LicencesApi {
  /**
   * Creates a licence. It is returned only once.
   * @throws BillfoldError `input.invalid`
   * @example
   * ```ts
   * import type { Billfold } from '@billfold/core'
   *
   * async function addLicence(billfold: Billfold) {
   *   const { id, licence } = await billfold.licences.create({ tag: 'shop' })
   *   return { id, licence }
   * }
   * ```
   */
  readonly create: (
    input: LicenceInput & { readonly tenant?: string },
    options?: ActedBy,
  ) => Promise<{ readonly id: string; readonly licence: string }>
  /** Returns true if there is a licence with this id that is neither expired nor revoked. */
  readonly isActive: (id: string, tenant?: string) => Promise<boolean>
  /**
   * Lists a page of a tenant's licences, including expired and revoked ones, oldest first. Default: the first 1,000.
   */
  readonly list: (
    tenant?: string,
    page?: { readonly page: number; readonly size: number },
  ) => Promise<readonly Licence[]>
  /**
   * Revokes a licence with immediate effect in all processes.
   * @throws BillfoldError `licence.not-found`
   */
  readonly revoke: (id: string, tenant?: string, options?: ActedBy) => Promise<void>
}

export function createLicencesApi(services: Services, host: (tenant?: string) => Actor): LicencesApi {
  return {
    create: ({ tenant, ...input }, options = {}) => createLicence(services, actedBy(host(tenant), options), input),
    isActive: (id, tenant) => isLicenceActive(services, host(tenant).tenant, id),
    list: (tenant, page) => listLicences(services, host(tenant).tenant, page),
    revoke: (id, tenant, options = {}) => revokeLicence(services, actedBy(host(tenant), options), id),
  }
}
