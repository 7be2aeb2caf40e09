export { createSigner } from './create-signer.ts'
export { createUser } from './create-user.ts'
export { ada, identity, type IssuerServer, startIssuer } from './issuer-server.ts'
export { type PresentationBinding, presentMembership } from './present-membership.ts'
