export { type IssuerServer, startIssuer } from './issuer-server.ts'
