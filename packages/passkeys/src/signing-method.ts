import type { Actor, MethodEnrolment, Services, SigningMethodKind, UserMethod } from '@billfold/core/modules'
import { isBillfoldError } from '@billfold/core'
import { retryOnConflict } from '@billfold/core/storage'
import { completeUse, startUse } from './authentication.ts'
import type { PasskeyContext } from './context.ts'
import { passkeyError } from './declarations.ts'
import { removalWrites } from './manage.ts'
import type { PasskeySettings } from './options.ts'
import { listPasskeyRows, toPasskey } from './passkey-rows.ts'
import { prepareRegistration, readRegistration, startRegistration } from './registration.ts'
import { passkeyCredentials, type PasskeyRow } from './tables.ts'

/** Base64url of 32 bytes: HKDF of the PRF output. */
const valuePattern = /^[A-Za-z0-9_-]{43}$/

/** The signing method `PASSKEY` of the custody API: a passkey whose authenticator gives the secret that wraps wallet keys. */
export function passkeySigningMethod(settings: PasskeySettings): SigningMethodKind {
  const contextOf = (services: Services, actor: Actor): PasskeyContext => ({ services, settings, actor })
  return {
    type: 'PASSKEY',
    mayBeFirst: settings.firstMethod === 'any',
    startEnrolment: (services, actor, { id: userId, tenant, name: userName }) =>
      startRegistration(contextOf(services, actor), 'enrol', { tenant, userId }, { userName }),
    assertEnrolment,
    enrol: async (services, actor, method, { proof: response, name }) => {
      const context = contextOf(services, actor)
      const replaced = await findMethodPasskey(services, method)
      const registration = { purpose: 'enrol', response, name, methodId: method.methodId } as const
      const { writes } = await prepareRegistration(context, method, registration)
      return replaced === undefined ? writes : [...removalWrites(context, replaced), ...writes]
    },
    startUse: async (services, actor, method, request) => {
      const row = await findMethodPasskey(services, method)
      if (row === undefined) throw passkeyError('passkey.not-found')
      return startUse(contextOf(services, actor), row, request)
    },
    verifyUse: async (services, actor, method, value, request) => {
      const response = decodeAssertion(value)
      if (response === undefined) return false
      try {
        return await retryOnConflict(async () => {
          const row = await findMethodPasskey(services, method)
          if (row === undefined) return false
          await completeUse(contextOf(services, actor), row, request, response)
          return true
        })
      } catch (error) {
        if (isBillfoldError(error) && error.code.startsWith('passkey.')) return false
        throw error
      }
    },
    removalWrites: async (services, actor, method) => {
      const row = await findMethodPasskey(services, method)
      return row === undefined ? [] : removalWrites(contextOf(services, actor), row)
    },
    describe: async (services, user) => {
      const rows = (await listPasskeyRows(services, user)).filter(({ methodId }) => methodId !== null)
      const passkeys = await Promise.all(rows.map((row) => toPasskey(services, row)))
      return new Map(
        passkeys.map(({ signingMethodId = '', credentialId, name, prf, backedUp, aaguid }) => [
          signingMethodId,
          { credentialId, name, prf, backedUp, aaguid },
        ]),
      )
    },
  }
}

function assertEnrolment(value: string | undefined, { proof }: MethodEnrolment): void {
  if (proof === undefined) throw passkeyError('passkey.invalid')
  const { prf } = readRegistration(proof)
  if (!prf || value === undefined) throw passkeyError('passkey.prf-unavailable')
  if (!valuePattern.test(value)) throw passkeyError('passkey.value-invalid')
}

async function findMethodPasskey(
  { storage }: Services,
  { tenant, userId, methodId }: UserMethod,
): Promise<PasskeyRow | undefined> {
  const [row] = await storage.find(passkeyCredentials, { where: { userId, tenant, methodId }, limit: 1 })
  return row
}

/** Decodes the assertion in front of the secret: `base64url(AuthenticationResponseJSON).secret`. */
function decodeAssertion(value: string): unknown {
  const encoded = value.slice(0, Math.max(0, value.lastIndexOf('.')))
  try {
    return encoded === '' ? undefined : JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
