import type { Actor } from '../audit/record.ts'
import type { Services } from '../services.ts'
import { createServiceKey, liveServiceKey, revokeServiceKey, type ServiceKeyInput } from './keys.ts'
import { describeServiceKeys, type ServiceKeyInfo } from './list.ts'

/** Service keys, for the host: what machines call the APIs with. */
export interface InProcessServiceKeys {
  /** Makes one; the secret is shown here only. */
  readonly create: (
    input: ServiceKeyInput & { readonly tenant?: string },
  ) => Promise<{ readonly keyId: string; readonly keySecret: string }>
  /** Whether there is one with this id that was not ended. */
  readonly has: (keyId: string) => Promise<boolean>
  /** Those of a tenant that were not ended, without their secrets, oldest first, at most 1,000. */
  readonly list: (tenant?: string) => Promise<readonly ServiceKeyInfo[]>
  /** Ends one at once. @throws BillfoldError `service-key.unknown` */
  readonly revoke: (keyId: string, tenant?: string) => Promise<void>
}

/** The functions. */
export function inProcessServiceKeys(services: Services, host: (tenant?: string) => Actor): InProcessServiceKeys {
  return {
    create: ({ tenant: of, ...input }) => createServiceKey(services, host(of), input),
    has: async (keyId) => (await liveServiceKey(services, keyId)) !== undefined,
    list: (of) => describeServiceKeys(services, host(of).tenant),
    revoke: (keyId, of) => revokeServiceKey(services, host(of), keyId),
  }
}
