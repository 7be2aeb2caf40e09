export { parseX5c, type PathInput, type VerifiedPath, verifyPath } from './certificate-path.ts'
export type { CredentialSigner } from './credential-signer.ts'
export { assertSignerChain, assertSignerKey, leafHashOf, leafOf, localSigner, x5cOf } from './signer-key.ts'
export {
  type TrustAnchor,
  type TrustAnchorInput,
  trustAnchors,
  type TrustList,
  type TrustPurpose,
  type TrustQuery,
} from './trust-list.ts'
