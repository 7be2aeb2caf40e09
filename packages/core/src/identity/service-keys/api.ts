import type { Actor } from '../../platform/audit/audit-write.ts'
import type { Services } from '../../platform/services.ts'
import { createServiceKey, findActiveServiceKey, revokeServiceKey, type ServiceKeyInput } from './service-keys.ts'
import { listServiceKeyInfo, type ServiceKeyInfo } from './list-service-keys.ts'

/** Manages service keys, the API credentials of machine clients. `tenant` defaults to the host's tenant. */
export interface ServiceKeysApi {
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
  readonly isActive: (keyId: string) => Promise<boolean>
  /** Lists the active keys of a tenant without their secrets, oldest first, at most 1,000. */
  readonly list: (tenant?: string) => Promise<readonly ServiceKeyInfo[]>
  /**
   * Revokes a key with immediate effect.
   * @throws BillfoldError `service-key.not-found`
   */
  readonly revoke: (keyId: string, tenant?: string) => Promise<void>
}

export function createServiceKeysApi(services: Services, host: (tenant?: string) => Actor): ServiceKeysApi {
  return {
    create: ({ tenant, ...input }) => createServiceKey(services, host(tenant), input),
    isActive: async (keyId) => (await findActiveServiceKey(services, keyId)) !== undefined,
    list: (tenant) => listServiceKeyInfo(services, host(tenant).tenant),
    revoke: (keyId, tenant) => revokeServiceKey(services, host(tenant), keyId),
  }
}
