import type { Actor } from '../../audit/record.ts'
import {
  type ConfigurationInput,
  createConfiguration,
  defaultCommunity,
  listConfigurations,
  removeConfiguration,
  type VerificationConfiguration,
} from '../../biometrics/configurations.ts'
import { removeFace, removeFacesOf } from '../../biometrics/remove-face.ts'
import { listDevices, revokeDevice, type TrustedDevice } from '../../devices/trust.ts'
import type { SessionSetup } from '../../sessions/setup.ts'
import { createSession, type NewSession } from '../../sessions/new-session.ts'
import { findUser } from '../../users/find.ts'

/** What a host calls in-process, beside the routes. */
export interface FaceFunctions {
  /** Verification configurations: what a `dvcID` names. */
  readonly configurations: {
    /** @throws BillfoldError `input.invalid`, `verification-configuration.exists` */
    readonly create: (input: ConfigurationInput & { readonly tenant?: string }) => Promise<VerificationConfiguration>
    readonly list: (tenant?: string) => Promise<readonly VerificationConfiguration[]>
    /** @throws BillfoldError `verification-configuration.unknown` */
    readonly remove: (id: string, tenant?: string) => Promise<void>
  }
  readonly sessions: {
    /**
     * Makes a session; with `vouched` the host gives its word that the user may enrol a face without a further factor.
     * @throws BillfoldError `input.invalid`, `user.unknown`
     */
    readonly create: (
      input: Omit<NewSession, 'community'> & { readonly community?: string; readonly tenant?: string },
    ) => Promise<{ readonly sessionId: string }>
  }
  readonly faces: {
    /** Removes a user's face, from one community or from all. @throws BillfoldError `face.unknown`, `verifier.unavailable` */
    readonly remove: (
      userId: string,
      where?: { readonly community?: string; readonly tenant?: string },
    ) => Promise<void>
  }
  readonly devices: {
    readonly list: (userId: string, tenant?: string) => Promise<readonly TrustedDevice[]>
    /** Ends the trust in a device. @throws BillfoldError `device.unknown` */
    readonly revoke: (userId: string, deviceId: string, tenant?: string) => Promise<void>
  }
}

/** The functions of an installation. */
export function faceFunctions(setup: SessionSetup, tenant: string): FaceFunctions {
  const { services } = setup
  const { verifier } = setup.faces
  const host = (of: string = tenant): Actor => ({ tenant: of, id: 'host' })
  return {
    configurations: {
      create: ({ tenant: of, ...input }) => createConfiguration(services, host(of), input),
      list: (of = tenant) => listConfigurations(services, of),
      remove: (id, of) => removeConfiguration(services, host(of), id),
    },
    sessions: {
      create: async ({ tenant: of, community = defaultCommunity, ...input }) => {
        if (input.userId !== undefined) await findUser(services, of ?? tenant, input.userId)
        const { id } = await createSession(services, host(of), { ...input, community })
        return { sessionId: id }
      },
    },
    faces: {
      remove: (userId, { community, tenant: of = tenant } = {}) =>
        community === undefined
          ? removeFacesOf(services, verifier, host(of), userId)
          : removeFace(services, verifier, host(of), { tenant: of, community, userId }),
    },
    devices: {
      list: (userId, of = tenant) => listDevices(services, of, userId),
      revoke: (userId, deviceId, of) => revokeDevice(services, host(of), userId, deviceId),
    },
  }
}
