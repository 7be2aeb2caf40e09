import type { Actor } from '../audit/record.ts'
import type { Services } from '../services.ts'
import { createServiceKey, liveServiceKey, revokeServiceKey, type ServiceKeyInput } from './keys.ts'
import { describeServiceKeys, type ServiceKeyInfo } from './list.ts'

/** Manages service keys, the API credentials of machine clients. `tenant` defaults to the host's tenant. */
export interface InProcessServiceKeys {
  /**
   * Creates a service key. The secret is returned only once.
   * @example
   * ```ts
   * import type { Billfold } from '@billfold/core'
   *
   * async function addServiceKey(billfold: Billfold) {
   *   const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'backend', scopes: ['custody'] })
   *   return { keyId, keySecret }
   * }
   * ```
   */
  readonly create: (
    input: ServiceKeyInput & { readonly tenant?: string },
  ) => Promise<{ readonly keyId: string; readonly keySecret: string }>
  /** Returns true if there is a key with this id that is not revoked. */
  readonly has: (keyId: string) => Promise<boolean>
  /** Lists the active keys of a tenant without their secrets, oldest first, at most 1,000. */
  readonly list: (tenant?: string) => Promise<readonly ServiceKeyInfo[]>
  /**
   * Revokes a key with immediate effect.
   * @throws BillfoldError `service-key.not-found`
   */
  readonly revoke: (keyId: string, tenant?: string) => Promise<void>
}

export function inProcessServiceKeys(services: Services, host: (tenant?: string) => Actor): InProcessServiceKeys {
  return {
    create: ({ tenant, ...input }) => createServiceKey(services, host(tenant), input),
    has: async (keyId) => (await liveServiceKey(services, keyId)) !== undefined,
    list: (tenant) => describeServiceKeys(services, host(tenant).tenant),
    revoke: (keyId, tenant) => revokeServiceKey(services, host(tenant), keyId),
  }
}
