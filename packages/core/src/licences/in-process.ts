import type { Actor } from '../audit/record.ts'
import type { Services } from '../services.ts'
import { createLicence, hasLicence, type Licence, type LicenceInput, listLicences, revokeLicence } from './licences.ts'

/** Licences, for the host: what relying parties call the authentication API with. */
export interface InProcessLicences {
  /** Makes one; the licence is shown here only. @throws BillfoldError `input.invalid` */
  readonly create: (
    input: LicenceInput & { readonly tenant?: string },
  ) => Promise<{ readonly id: string; readonly licence: string }>
  /** Whether there is one with this id that has not ended. */
  readonly has: (id: string, tenant?: string) => Promise<boolean>
  /** A page of those of a tenant, those that have ended too, oldest first: 1,000 from the first, unless told otherwise. */
  readonly list: (
    tenant?: string,
    page?: { readonly page: number; readonly size: number },
  ) => Promise<readonly Licence[]>
  /** Ends one at once, in all processes. @throws BillfoldError `licence.unknown` */
  readonly revoke: (id: string, tenant?: string) => Promise<void>
}

/** The functions. */
export function inProcessLicences(services: Services, host: (tenant?: string) => Actor): InProcessLicences {
  return {
    create: ({ tenant: of, ...input }) => createLicence(services, host(of), input),
    has: (id, of) => hasLicence(services, host(of).tenant, id),
    list: (of, page) => listLicences(services, host(of).tenant, page),
    revoke: (id, of) => revokeLicence(services, host(of), id),
  }
}
