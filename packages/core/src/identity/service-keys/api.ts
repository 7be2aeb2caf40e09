import { type ActedBy, actedBy, type Actor } from '../../platform/audit/audit-write.ts'
import type { Services } from '../../platform/services.ts'
import { createServiceKey, findActiveServiceKey, revokeServiceKey, type ServiceKeyInput } from './service-keys.ts'
import { listServiceKeyInfo, type ServiceKeyInfo } from './list-service-keys.ts'
import { replaceServiceKey } from './replace-service-key.ts'

/** Manages service keys, the API credentials of machine clients. `tenant` defaults to the host's tenant. The audit log records `by` as the actor. */
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
    options?: ActedBy,
  ) => Promise<{ readonly keyId: string; readonly keySecret: string }>
  /** Returns true if there is a key with this id that is not revoked. */
  readonly isActive: (keyId: string) => Promise<boolean>
  /** Lists the active keys of a tenant without their secrets, oldest first, at most 1,000. */
  readonly list: (tenant?: string) => Promise<readonly ServiceKeyInfo[]>
  /**
   * Revokes a key with immediate effect.
   * @throws BillfoldError `service-key.not-found`
   */
  readonly revoke: (keyId: string, tenant?: string, options?: ActedBy) => Promise<void>
  /**
   * Rotates a key: creates a successor with the same tag, type and scopes, and revokes the key with immediate effect, in one commit. The
   * secret is returned only once. Clients with the old key are refused from then on: to change them without a gap, create a second
   * key, and revoke the first once nobody uses it.
   * @throws BillfoldError `service-key.not-found`
   * @example
   * ```ts
   * import type { Billfold } from '@billfold/core'
   *
   * async function rotate(billfold: Billfold, leakedKeyId: string) {
   *   const { keyId, keySecret } = await billfold.serviceKeys.reset(leakedKeyId)
   *   return { keyId, keySecret }
   * }
   * ```
   */
  readonly reset: (
    keyId: string,
    tenant?: string,
    options?: ActedBy,
  ) => Promise<{ readonly keyId: string; readonly keySecret: string }>
}

export function createServiceKeysApi(services: Services, host: (tenant?: string) => Actor): ServiceKeysApi {
  return {
    create: ({ tenant, ...input }, options = {}) => createServiceKey(services, actedBy(host(tenant), options), input),
    isActive: async (keyId) => (await findActiveServiceKey(services, keyId)) !== undefined,
    list: (tenant) => listServiceKeyInfo(services, host(tenant).tenant),
    revoke: (keyId, tenant, options = {}) => revokeServiceKey(services, actedBy(host(tenant), options), keyId),
    reset: (keyId, tenant, options = {}) => replaceServiceKey(services, actedBy(host(tenant), options), keyId),
  }
}
