export { type DcqlClaim, type DcqlCredential, type DcqlQuery, dcqlQuerySchema } from './dcql-query.ts'
export {
  chooseClaims,
  type CredentialCandidate,
  isQuerySatisfied,
  isRequestedType,
  listOverDisclosed,
} from './match-credential.ts'
export { type SelectedClaim, selectClaims } from './select-claims.ts'
