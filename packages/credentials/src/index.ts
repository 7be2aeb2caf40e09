export { credentials, type CredentialsParts } from './credentials.ts'
export type { CredentialsOptions, Profile } from './options.ts'
export {
  type CredentialSigner,
  keyringSigner,
  localSigner,
  sealSigningKey,
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
export type { DcqlQuery } from './dcql/dcql-query.ts'
export type { PresentationRequestInput, VerifierFunctions } from './verifier/create-verifier.ts'
export type { VerifierOptions } from './verifier/options.ts'
export { eudiPid, type EudiPidAttribute, eudiPidQuery } from './verifier/queries/eudi-pid.ts'
export {
  mdoc,
  presentationQuery,
  type PresentationQuery,
  type PresentationQueryInput,
  type QueriedCredential,
  sdJwt,
} from './verifier/queries/presentation-query.ts'
export type { CreatedRequest } from './verifier/requests/request-plan.ts'
export type { ResultInput } from './verifier/results/get-result.ts'
export type { PresentationResult, VerifiedCredential } from './verifier/results/presentation-result.ts'
