import { type ErrorDefinition, errorFactory } from '@billfold/core'
import { defineEvent, eventId, type PasskeyRefusal } from '@billfold/core/modules'
import { z } from 'zod'

/** The error codes of the module. `passkey.unavailable` is one of Billfold's own. */
export const passkeyErrors = {
  'passkey.invalid': { status: 400, message: 'Not the response of an authenticator' },
  'passkey.challenge-invalid': {
    status: 400,
    message: 'The challenge is unknown, used, expired or for something else',
  },
  'passkey.origin-refused': { status: 400, message: 'Passkeys of this relying party cannot be used at this origin' },
  'passkey.rp-id-refused': { status: 400, message: 'The passkey is of another relying party' },
  'passkey.user-unverified': { status: 400, message: 'The authenticator did not verify its user' },
  'passkey.algorithm-refused': { status: 400, message: 'The passkey has an algorithm that was not offered' },
  'passkey.attestation-refused': { status: 400, message: 'The attestation of the authenticator is not trusted' },
  'passkey.authenticator-refused': { status: 400, message: 'Authenticators of this make are not allowed' },
  'passkey.signature-invalid': { status: 401, message: 'Invalid signature' },
  'passkey.unknown': { status: 401, message: 'Unknown passkey' },
  'passkey.other-user': { status: 401, message: 'The passkey belongs to another user than the session' },
  'passkey.cloned': { status: 401, message: 'The passkey was used out of order; there may be a copy of it' },
  'passkey.prf-unavailable': {
    status: 400,
    message: 'The authenticator has no PRF extension, so the passkey cannot open keys; it can sign in',
  },
  'passkey.prf-output-sent': {
    status: 400,
    message: 'The results of the PRF extension must not leave the browser; send the value derived from them',
  },
  'passkey.value-invalid': { status: 400, message: 'The value of a passkey must be 32 bytes in base64url' },
  'passkey.not-found': { status: 404, message: 'Passkey not found' },
  'passkey.exists': { status: 409, message: 'The passkey is registered already' },
  'passkey.limit-reached': { status: 409, message: 'The user has the maximum number of passkeys' },
  'passkey.is-signing-method': {
    status: 409,
    message: 'The passkey is a signing method; delete that, authorized by another one',
  },
} as const satisfies Record<string, ErrorDefinition>

/** Creates an error of the module. */
export const passkeyError = errorFactory(passkeyErrors)

/** The code of each refusal of a verifier. */
const refusals = {
  malformed: 'passkey.invalid',
  challenge: 'passkey.challenge-invalid',
  origin: 'passkey.origin-refused',
  'rp-id': 'passkey.rp-id-refused',
  'user-verification': 'passkey.user-unverified',
  algorithm: 'passkey.algorithm-refused',
  attestation: 'passkey.attestation-refused',
  signature: 'passkey.signature-invalid',
} as const satisfies Record<PasskeyRefusal, keyof typeof passkeyErrors>

/** Returns the error of a refusal. */
export function toRefusalError(refusal: PasskeyRefusal): ReturnType<typeof passkeyError> {
  return passkeyError(refusals[refusal])
}

/** The audit actions of the module. */
export const passkeyAuditActions = {
  'passkey.created': 'A passkey was registered',
  'passkey.renamed': 'A passkey was given another name',
  'passkey.removed': 'A passkey was removed',
  'passkey.signed-in': 'A user signed in with a passkey',
  'passkey.cloned': 'A passkey was refused because its sign count went back, so there may be a copy of it',
} as const

const ofUser = { passkeyId: eventId, userId: eventId }

/** The events of the module. */
export const passkeyEvents = {
  'passkey.created': defineEvent('A passkey was registered for a user.', { ...ofUser, opensKeys: z.boolean() }),
  'passkey.removed': defineEvent('A passkey of a user was removed.', ofUser),
  'passkey.cloned': defineEvent(
    'A passkey was refused because its sign count went back: its authenticator may have been copied.',
    ofUser,
  ),
}

/** The error codes of the module, merged into `ErrorCode`. */
export type PasskeyErrors = typeof passkeyErrors
/** The audit actions of the module, merged into `AuditAction`. */
export type PasskeyAuditActions = typeof passkeyAuditActions
/** The events of the module, merged into `EventType`. */
export type PasskeyEvents = typeof passkeyEvents

declare module '@billfold/core' {
  interface ModuleErrors extends PasskeyErrors {}
  interface ModuleAuditActions extends PasskeyAuditActions {}
  interface ModuleEvents extends PasskeyEvents {}
}
