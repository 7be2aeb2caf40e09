export { CborError, type CborMap, CborTag, type CborValue } from './cbor/cbor-value.ts'
export { type ClaimPath, isPathPrefix, isRelatedPath } from './claim-path.ts'
export type { JsonObject } from './json.ts'
export {
  type EcJwk,
  type HolderKey,
  parsePublicJwk,
  type VerifiedAlgorithm,
  verifiedAlgorithms,
} from './keys.ts'
export { createMdoc, type MdocElements, type MdocInput } from './mdoc/create-mdoc.ts'
export { fullDate } from './mdoc/dates.ts'
export {
  createDeviceResponse,
  type DeviceResponseExpectation,
  type DeviceResponseInput,
  verifyDeviceResponse,
} from './mdoc/device-response.ts'
export { type MdocExpectation, type VerifiedMdoc, verifyIssuerSigned } from './mdoc/issuer-signed.ts'
export { type TranscriptInput, openid4vpTranscript, type SessionTranscript } from './mdoc/session-transcript.ts'
export { Refusal, type RefusalCode } from './refusal.ts'
export { createSdJwt, type Disclosure, type DisclosureFrame, type SdJwtInput } from './sd-jwt/create-sd-jwt.ts'
export {
  createKeyBinding,
  type KeyBindingExpectation,
  type KeyBindingInput,
  verifyKeyBinding,
} from './sd-jwt/key-binding.ts'
export { parseSdJwt, type SdJwtParts } from './sd-jwt/parse-sd-jwt.ts'
export { selectDisclosures } from './sd-jwt/select-disclosures.ts'
export { type SdJwtExpectation, type VerifiedSdJwt, verifySdJwt } from './sd-jwt/verify-sd-jwt.ts'
export {
  createStatusListToken,
  decodeStatusList,
  encodeStatusList,
  type StatusListExpectation,
  type StatusListTokenInput,
  type VerifiedStatusList,
  verifyStatusListToken,
} from './status-list/status-list-token.ts'
export { createStatusList, statusAt, type StatusBits, statusValues, withStatus } from './status-list/status-list.ts'
export type { CredentialSigner } from '../trust/credential-signer.ts'
export { parseX5c, type PathInput, type VerifiedPath, verifyPath } from '../trust/certificate-path.ts'
export {
  type TrustAnchor,
  type TrustAnchorInput,
  trustAnchors,
  type TrustList,
  type TrustPurpose,
  type TrustQuery,
} from '../trust/trust-list.ts'
export { localSigner } from '../trust/signer-key.ts'
