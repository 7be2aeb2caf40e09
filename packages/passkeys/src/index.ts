export type { PasskeySignIn } from './authentication.ts'
// Named here so that the declaration files of hosts load what the module merges into Billfold's types.
export type { PasskeyAuditActions, PasskeyErrors, PasskeyEvents } from './declarations.ts'
export type { AcceptedCredentials } from './manage.ts'
export type { PasskeysOptions, RelyingParty } from './options.ts'
export type { Passkey } from './passkey-rows.ts'
export { type PasskeysApi, passkeys } from './passkeys.ts'
export type { PasskeyUserNames } from './registration.ts'
export { simpleWebAuthnVerifier } from './verifier/simple-webauthn-verifier.ts'
export type {
  CreationOptionsJson,
  CredentialDescriptorJson,
  PrfInputsJson,
  RequestOptionsJson,
} from './webauthn-json.ts'
