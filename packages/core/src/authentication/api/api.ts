import type { ActedBy, Actor } from '../../platform/audit/audit-write.ts'
import {
  type VerificationConfigurationInput,
  createVerificationConfiguration,
  defaultCommunity,
  listVerificationConfigurations,
  removeVerificationConfiguration,
  type VerificationConfiguration,
} from '../../identity/biometrics/verification-configurations.ts'
import { removeFace, removeUserFaces } from '../../identity/biometrics/remove-face.ts'
import { listDevices, revokeDevice, type TrustedDevice } from '../../identity/devices/trusted-devices.ts'
import { type ListedSession, listSessions, revokeSession } from '../sessions/list-sessions.ts'
import type { SessionContext } from '../sessions/session-context.ts'
import { getPasskeyFactor } from '../sessions/passkey-step/start-passkey.ts'
import { createSession, type CreateSessionInput } from '../sessions/create-session.ts'
import { getUser } from '../../identity/users/find.ts'

/**
 * The functions of the authentication API that a host calls directly.
 *
 * @example
 * ```ts
 * import type { Billfold } from '@billfold/core'
 *
 * async function startEnrolment(billfold: Billfold, userId: string) {
 *   const { sessionId } = await billfold.authentication.sessions.create({ userId, purpose: 'enroll', identityVerified: true })
 *   return sessionId
 * }
 * ```
 */
export interface AuthenticationApi {
  /** Verification configurations, which a `dvcID` refers to. */
  readonly configurations: {
    /**
     * Creates a verification configuration.
     * @throws BillfoldError `input.invalid`, `verification-configuration.exists`; `passkey.unavailable` for the factor `passkey` without
     *   the module that brings it
     */
    readonly create: (
      input: VerificationConfigurationInput & { readonly tenant?: string },
    ) => Promise<VerificationConfiguration>
    /** Lists the verification configurations of a tenant. */
    readonly list: (tenant?: string) => Promise<readonly VerificationConfiguration[]>
    /** Removes a verification configuration by its id. @throws BillfoldError `verification-configuration.not-found` */
    readonly remove: (id: string, tenant?: string) => Promise<void>
  }
  readonly sessions: {
    /**
     * Creates a session. Set `identityVerified` if the host has verified the user's identity, so that a face can be enrolled without a
     * second factor.
     * @throws BillfoldError `input.invalid`, `user.not-found`
     */
    readonly create: (
      input: Omit<CreateSessionInput, 'community'> & { readonly community?: string; readonly tenant?: string },
    ) => Promise<{ readonly sessionId: string }>
    /** Lists the newest 100 sessions of a user. Sessions are deleted soon after they have expired. */
    readonly list: (userId: string, tenant?: string) => Promise<readonly ListedSession[]>
    /**
     * Ends a session that has not ended, as failed with the reason `revoked`. The audit log records `by` as the actor.
     * @throws BillfoldError `session.not-found`, also if it has ended
     */
    readonly revoke: (sessionId: string, tenant?: string, options?: ActedBy) => Promise<void>
  }
  readonly faces: {
    /** Removes a user's face from one community, or from all. @throws BillfoldError `face.not-found`, `verifier.unavailable` */
    readonly remove: (
      userId: string,
      where?: { readonly community?: string; readonly tenant?: string },
    ) => Promise<void>
  }
  readonly devices: {
    /** Lists the devices that a user trusts. */
    readonly list: (userId: string, tenant?: string) => Promise<readonly TrustedDevice[]>
    /** Revokes the trust in a device. The audit log records `by` as the actor. @throws BillfoldError `device.not-found` */
    readonly revoke: (userId: string, deviceId: string, tenant?: string, options?: ActedBy) => Promise<void>
  }
}

/** Creates the host's functions. `defaultTenant` is used by calls that name no tenant. */
export function createAuthenticationApi(sessionContext: SessionContext, defaultTenant: string): AuthenticationApi {
  const { services } = sessionContext
  const { verifier } = sessionContext.faces
  const host = (tenant: string = defaultTenant, by = 'host'): Actor => ({ tenant, id: by.slice(0, 128) })
  return {
    configurations: {
      create: async ({ tenant, ...input }) => {
        // Otherwise the page would offer nothing, and nobody would know why.
        if (input.factors?.includes('passkey') === true) getPasskeyFactor(services)
        return createVerificationConfiguration(services, host(tenant), input)
      },
      list: (tenant = defaultTenant) => listVerificationConfigurations(services, tenant),
      remove: (id, tenant) => removeVerificationConfiguration(services, host(tenant), id),
    },
    sessions: {
      create: async ({ tenant = defaultTenant, community = defaultCommunity, ...input }) => {
        if (input.userId !== undefined) await getUser(services, tenant, input.userId)
        const { id } = await createSession(services, host(tenant), { ...input, community })
        return { sessionId: id }
      },
      list: (userId, tenant = defaultTenant) => listSessions(services, tenant, userId),
      revoke: (id, tenant, { by } = {}) => revokeSession(services, host(tenant, by), id),
    },
    faces: {
      remove: (userId, { community, tenant = defaultTenant } = {}) =>
        community === undefined
          ? removeUserFaces(services, verifier, host(tenant), userId)
          : removeFace(services, verifier, host(tenant), { tenant, community, userId }),
    },
    devices: {
      list: (userId, tenant = defaultTenant) => listDevices(services, tenant, userId),
      revoke: (userId, deviceId, tenant, { by } = {}) => revokeDevice(services, host(tenant, by), userId, deviceId),
    },
  }
}
