export { credentials, type CredentialsParts } from './credentials.ts'
export type { CredentialsOptions, Profile } from './options.ts'
export {
  type CredentialSigner,
  localSigner,
  type TrustAnchor,
  type TrustAnchorInput,
  trustAnchors,
  type TrustList,
  type TrustPurpose,
  type TrustQuery,
} from './trust/index.ts'
export type { HolderFunctions } from './holder/create-holder.ts'
export type { HolderOptions } from './holder/options.ts'
export type { IssuerFunctions } from './issuer/create-issuer.ts'
export type { IssuerOptions } from './issuer/options.ts'
export type { VerifierFunctions } from './verifier/create-verifier.ts'
export type { VerifierOptions } from './verifier/options.ts'
