import type { Services } from '../services.ts'
import { type AuditHead, headOf } from './link.ts'
import { prune } from './prune.ts'
import type { Actor } from './record.ts'
import { type AuditPage, type AuditSearch, search } from './search.ts'
import { newestLink, seal, type Sealed, type SealOptions } from './seal.ts'
import { type Verification, verify, type VerifyOptions } from './verify.ts'

/** The audit trail, for the host: of all tenants, unless it is said otherwise. */
export interface InProcessAudit {
  /** Records of one tenant, newest first. @throws BillfoldError `input.invalid` */
  readonly search: (input?: AuditSearch) => Promise<AuditPage>
  /**
   * Seals all records that no link seals yet, as `maintain()` does with 20,000 at a time.
   * @throws BillfoldError `audit.unvouched` where the newest link is not ours
   */
  readonly seal: (options?: SealOptions) => Promise<Sealed>
  /** The end of the chain now. Keep it where whoever writes to the database cannot reach it, and give it to `verify`. */
  readonly head: () => Promise<AuditHead>
  /** Walks the whole chain, and names what is wrong. For a nightly job, not for a request. */
  readonly verify: (options?: VerifyOptions) => Promise<Verification>
  /**
   * Removes the records that were sealed before a time (milliseconds since 1970); the chain stays whole, and says so. Gives the number of
   * the last link whose records are gone, 0 where none are.
   * @throws BillfoldError `input.invalid` for a time to come, `audit.unvouched`
   */
  readonly prune: (options: { readonly before: number }) => Promise<number>
}

/** The functions. */
export function inProcessAudit(services: Services, host: (tenant?: string) => Actor): InProcessAudit {
  return {
    search: (input = {}) => search(services.storage, host(input.tenant).tenant, input),
    seal: (options) => seal(services, options),
    head: async () => headOf(await newestLink(services)),
    verify: (options) => verify(services, options),
    prune: ({ before }) => prune(services, host(), before),
  }
}
