import { BillfoldError } from '@billfold/core'
import { type Actor, defineModule, getUser, type ModuleContext } from '@billfold/core/modules'
import { toSourceAddress } from '@billfold/core/rate-limits'
import { retryOnConflict, batch } from '@billfold/core/storage'
import { completeSignIn, type PasskeySignIn, startSignIn } from './authentication.ts'
import { purgeExpiredChallenges } from './challenges.ts'
import type { PasskeyContext } from './context.ts'
import { passkeyAuditActions, passkeyErrors, passkeyEvents } from './declarations.ts'
import { type AcceptedCredentials, listAccepted, removePasskey, renamePasskey } from './manage.ts'
import { type PasskeySettings, type PasskeysOptions, resolveOptions } from './options.ts'
import { listPasskeyRows, type Passkey, sealedNames, toPasskey } from './passkey-rows.ts'
import { passkeysPersonalData } from './personal-data.ts'
import { type PasskeyUserNames, prepareRegistration, startRegistration } from './registration.ts'
import { relatedOriginsApi } from './related-origins.ts'
import { passkeySessionFactor } from './session-factor.ts'
import { passkeySigningMethod } from './signing-method.ts'
import { passkeyChallenges, passkeyCredentials, passkeyUsers } from './tables.ts'
import type { CreationOptionsJson, RequestOptionsJson } from './webauthn-json.ts'

/** The functions of the module, as properties of `billfold.passkeys`. The tenant is the host's unless one is given. */
export interface PasskeysApi {
  /**
   * Creates the options for a new passkey of a user that the host has authenticated: `PublicKeyCredentialCreationOptionsJSON`.
   * @throws BillfoldError `user.not-found`, `passkey.limit-reached`, `rate.limited`, `input.invalid`
   */
  readonly registrationOptions: (
    userId: string,
    names: PasskeyUserNames,
    tenant?: string,
  ) => Promise<CreationOptionsJson>
  /**
   * Stores a passkey that the browser created for these options.
   * @param response a `RegistrationResponseJSON`, not yet validated
   * @throws BillfoldError `user.not-found`, `passkey.invalid`, `passkey.challenge-invalid`, `passkey.origin-refused`,
   *   `passkey.rp-id-refused`, `passkey.user-unverified`, `passkey.algorithm-refused`, `passkey.attestation-refused`,
   *   `passkey.authenticator-refused`, `passkey.prf-output-sent`, `passkey.exists`, `passkey.limit-reached`, `input.invalid`
   */
  readonly register: (
    userId: string,
    response: unknown,
    options?: { readonly name?: string; readonly tenant?: string },
  ) => Promise<Passkey>
  /**
   * Creates the options to sign in: `PublicKeyCredentialRequestOptionsJSON`.
   * @param options.userId only this user's passkeys may answer. Default: whoever has one
   * @param options.ip the address of the client, for the limit of challenges
   * @throws BillfoldError `rate.limited`
   */
  readonly authenticationOptions: (options: {
    readonly ip: string
    readonly userId?: string
    readonly tenant?: string
  }) => Promise<RequestOptionsJson>
  /**
   * Completes a sign-in.
   * @param response an `AuthenticationResponseJSON`, not yet validated
   * @throws BillfoldError `passkey.invalid`, `passkey.challenge-invalid`, `passkey.unknown`, `passkey.origin-refused`,
   *   `passkey.rp-id-refused`, `passkey.user-unverified`, `passkey.signature-invalid`, `passkey.cloned`, `user.not-found`
   */
  readonly authenticate: (response: unknown, tenant?: string) => Promise<PasskeySignIn>
  /** Lists the passkeys of a user, oldest first. */
  readonly list: (userId: string, tenant?: string) => Promise<readonly Passkey[]>
  /** Gives a passkey another name, 1 to 64 characters. @throws BillfoldError `passkey.not-found`, `input.invalid` */
  readonly rename: (userId: string, passkeyId: string, name: string, tenant?: string) => Promise<void>
  /**
   * Removes a passkey. Pass the result to `PublicKeyCredential.signalAllAcceptedCredentials` in the page, so that the browser
   * no longer offers it.
   * @throws BillfoldError `passkey.not-found`; `passkey.is-signing-method` if it opens keys
   */
  readonly remove: (userId: string, passkeyId: string, tenant?: string) => Promise<AcceptedCredentials | undefined>
  /** Returns what `signalAllAcceptedCredentials` takes; undefined for a user who never had a passkey. */
  readonly acceptedCredentials: (userId: string, tenant?: string) => Promise<AcceptedCredentials | undefined>
}

/**
 * Passkeys (WebAuthn Level 3), as a module of Billfold: sign-in, and the signing method `PASSKEY` of the custody API, whose
 * wallet keys only the authenticator opens.
 *
 * @throws RangeError that names the option and its value
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { passkeys } from '@billfold/passkeys'
 *
 * const rp = { rpId: 'example.com', rpName: 'Example', origins: ['https://example.com'] }
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   modules: [passkeys(rp)],
 * })
 * const options = await billfold.passkeys.authenticationOptions({ ip: '203.0.113.7' })
 * ```
 */
export function passkeys(options: PasskeysOptions) {
  const settings = resolveOptions(options)
  return defineModule({
    name: 'passkeys',
    tables: [passkeyUsers, passkeyCredentials, passkeyChallenges],
    sealedColumns: [sealedNames],
    auditActions: passkeyAuditActions,
    events: passkeyEvents,
    errors: passkeyErrors,
    signingMethodKinds: [passkeySigningMethod(settings)],
    sessionFactors: [passkeySessionFactor(settings)],
    create: (context) => ({
      api: relatedOriginsApi(settings, context.tenant),
      functions: createFunctions(context, settings),
      personalData: [passkeysPersonalData],
      maintenanceSteps: [
        {
          name: 'delete expired passkey challenges',
          stage: 'expire',
          run: (startedAt, report) => purgeExpiredChallenges(context.services.storage, startedAt, report),
        },
      ],
    }),
  })
}

function createFunctions({ services, host }: ModuleContext, settings: PasskeySettings): PasskeysApi {
  const contextOf = (tenant: string | undefined, source?: string): PasskeyContext => {
    const acting = host(tenant)
    const actor: Actor = source === undefined ? acting : { ...acting, source }
    return { services, settings, actor }
  }
  return {
    registrationOptions: async (userId, names, tenant) => {
      const context = contextOf(tenant)
      const user = { tenant: context.actor.tenant, userId }
      assertNames(names)
      await getUser(services, user.tenant, userId)
      await limitChallenges(context, 'passkeys created per user', userId)
      return startRegistration(context, 'create', user, names)
    },
    register: async (userId, response, { name, tenant } = {}) => {
      const context = contextOf(tenant)
      const user = { tenant: context.actor.tenant, userId }
      if (name !== undefined) assertName('name', name)
      await getUser(services, user.tenant, userId)
      const registration = { purpose: 'create', response, name, methodId: null } as const
      // A commit that conflicts is prepared again, and finds what it conflicted with.
      const row = await retryOnConflict(async () => {
        const prepared = await prepareRegistration(context, user, registration)
        await services.storage.commit(batch(...prepared.writes))
        return prepared.row
      })
      return toPasskey(services, row)
    },
    authenticationOptions: async ({ ip, userId, tenant }) => {
      const source = toSourceAddress(ip)
      const context = contextOf(tenant, source)
      await limitChallenges(context, 'passkey sign-ins per source', source)
      return startSignIn(context, userId)
    },
    authenticate: (response, tenant) => completeSignIn(contextOf(tenant), response),
    list: async (userId, tenant) => {
      const rows = await listPasskeyRows(services, { tenant: host(tenant).tenant, userId })
      return Promise.all(rows.map((row) => toPasskey(services, row)))
    },
    rename: async (userId, passkeyId, name, tenant) => {
      const context = contextOf(tenant)
      assertName('name', name)
      await renamePasskey(context, { tenant: context.actor.tenant, userId }, passkeyId, name)
    },
    remove: async (userId, passkeyId, tenant) => {
      const context = contextOf(tenant)
      const user = { tenant: context.actor.tenant, userId }
      await removePasskey(context, user, passkeyId)
      return listAccepted(context, user)
    },
    acceptedCredentials: (userId, tenant) => {
      const context = contextOf(tenant)
      return listAccepted(context, { tenant: context.actor.tenant, userId })
    },
  }
}

/** Challenges are rows that strangers can make, so they are counted by whoever could use up somebody else's. */
async function limitChallenges(
  { services, actor: { tenant } }: PasskeyContext,
  name: string,
  subject: string,
): Promise<void> {
  const rule = { limit: 60, windowSeconds: 600 }
  const { allowed, retryAfterSeconds } = await services.rateLimiter.consume({ name, subject, tenant }, rule)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

function assertNames({ userName, displayName }: PasskeyUserNames): void {
  assertName('userName', userName)
  if (displayName !== undefined) assertName('displayName', displayName)
}

function assertName(path: string, name: string): void {
  if (name.trim() !== '' && name.length <= 64) return
  throw new BillfoldError('input.invalid', { issues: [{ path, message: 'must have 1 to 64 characters' }] })
}
