export { createSigner } from './create-signer.ts'
export { ada, identity, type IssuerServer, startIssuer } from './issuer-server.ts'
