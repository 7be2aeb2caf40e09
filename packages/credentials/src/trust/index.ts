export { parseX5c, type VerifiedPath, verifyPath } from './certificate-path.ts'
export type { CredentialSigner } from './credential-signer.ts'
export { keyringSigner, sealSigningKey } from './keyring-signer.ts'
export { localSigner } from './signer-key.ts'
export { readSubjectName } from './subject-name.ts'
export {
  type TrustAnchor,
  type TrustAnchorInput,
  trustAnchors,
  type TrustList,
  type TrustPurpose,
  type TrustQuery,
} from './trust-list.ts'
