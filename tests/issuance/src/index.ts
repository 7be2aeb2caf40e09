export { ada, identity, type IssuerServer, startIssuer } from './issuer-server.ts'
