export { credentials, type CredentialsParts, type ModuleFunctions } from './credentials.ts'
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
export type { Authorization, AuthorizationExchange, Authorize } from './issuer/oauth/authorize-option.ts'
export type { WalletClient } from './issuer/options.ts'
export type { CreatedOffer, OfferInput, TxCodeOptions } from './issuer/offers/create-offer.ts'
export type { OfferUris } from './issuer/offers/offer-object.ts'
export type { IssuerSelfCheck, SelfCheckProblem } from './issuer/self-check.ts'
export type { CredentialStatus, StatusChange } from './issuer/status/change-status.ts'
export type { IssuedCredential, IssuedCredentialFilter } from './issuer/status/list-instances.ts'
export {
  type AnyCredentialType,
  type CredentialConfiguration,
  type CredentialDisplay,
  type CredentialFormat,
  type CredentialType,
  credentialType,
  type CredentialTypeOptions,
  type MdocTypeOptions,
  type ParsedClaims,
  type SdJwtTypeOptions,
} from './issuer/types/credential-type.ts'
export {
  applicationOf,
  type ApprovedApplication,
  claimsOf,
  type DatasetSource,
  type DatasetSubject,
  type SourcedClaims,
} from './issuer/types/dataset-source.ts'
export type { ClaimPath } from './formats/claim-path.ts'
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
export type { HeldCredential } from './holder/credentials/credential-description.ts'
export type { WalletProvider } from './holder/options.ts'
export type { LogOutcome, LoggedPresentation } from './holder/present/presentation-log.ts'
export type { WalletHttp, WalletRequest, WalletResponse } from './holder/wallet-http.ts'
export type { CredentialRecords } from './records.ts'
export { credentialScopes } from './scopes.ts'
export type { Disclosure, DisclosureFrame } from './formats/sd-jwt/create-sd-jwt.ts'
