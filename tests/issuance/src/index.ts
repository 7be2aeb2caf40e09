export { createSigner } from './create-signer.ts'
export { type PresentationBinding, presentMembership } from './present-membership.ts'
export { ada, identity, type IssuerServer, startIssuer } from './issuer-server.ts'
